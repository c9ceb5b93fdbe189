import type { Fault } from "@switchboard/protocol";
import { request } from "./http.ts";
import { at } from "./setup.ts";

/** A bot to begin with. `names` and `about` by language. */
export interface Template {
  readonly id: string;
  readonly names: Readonly<Record<string, string>>;
  readonly about: Readonly<Record<string, string>>;
  readonly locales: readonly string[];
}

/** `report`: what its training measured. `problem`: why the last one failed, in English; `fault`: the same as a code. */
export interface Bot {
  readonly version: string | null;
  readonly report: Readonly<Record<string, unknown>>;
  readonly training?: "idle" | "running" | "failed";
  readonly problem?: string;
  readonly fault?: Fault | null;
}

export const templates = async (business: string) =>
  (await request<{ templates: readonly Template[] }>("GET", at(business, "bot/templates"))).templates;
export const useTemplate = (business: string, template: string) =>
  request<null>("POST", at(business, "bot/template"), { template });
export const bot = (business: string) => request<Bot>("GET", at(business, "bot"));
