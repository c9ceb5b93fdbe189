import { request } from "./http.ts";
import type { Me } from "./session.ts";
import type { Profile } from "./setup.ts";

export interface FirstRun {
  readonly token: string;
  readonly organization: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly locale: string;
  readonly business: Profile;
}

/** Nobody has an account here yet. */
export const isNew = async () => (await request<{ needed: boolean }>("GET", "/api/v1/setup")).needed;
export const begin = (body: FirstRun) => request<Me>("POST", "/api/v1/setup", body);
