import { request } from "./http.ts";
import type { Me } from "./session.ts";

const ME = "/api/v1/me";

/** A browser that is signed in. Instants are microseconds; `browser`: what it calls itself. */
export interface SignedIn {
  readonly id: string;
  readonly created_at: number;
  readonly seen_at: number;
  readonly browser: string;
  readonly address: string;
  readonly current: boolean;
}

/** A secret for an app that shows codes; `qr`: an SVG image of it. */
export interface FactorProposal {
  readonly secret: string;
  readonly uri: string;
  readonly qr: string;
  readonly pending: string;
}

export const describe = (name: string, locale: string) => request<Me>("PUT", ME, { name, locale });
export const setPassword = (password: string, current: string) =>
  request<null>("PUT", `${ME}/password`, { password, current });
export const signedIn = async () =>
  (await request<{ items: readonly SignedIn[] }>("GET", `${ME}/sessions`)).items;
export const endSession = (id: string) => request<null>("DELETE", `${ME}/sessions/${encodeURIComponent(id)}`);
export const endOthers = () => request<null>("DELETE", `${ME}/sessions`);
export const proposeFactor = () => request<FactorProposal>("POST", `${ME}/second-factor/new`);
export const beginFactor = (pending: string, code: string, password: string) =>
  request<{ readonly codes: readonly string[] }>("PUT", `${ME}/second-factor`, { pending, code, password });
export const endFactor = (code: string) => request<null>("POST", `${ME}/second-factor/end`, { code });
export const setPicture = (picture: Blob) =>
  request<{ readonly picture: string }>("PUT", `${ME}/picture`, picture);
export const removePicture = () => request<null>("DELETE", `${ME}/picture`);
