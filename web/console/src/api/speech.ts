import { request, requestFile } from "./http.ts";
import type { Speaker } from "./inboxes.ts";

/** A speech engine for calls, as the server has it set up. */
export interface Engine {
  readonly name: string;
  readonly kind: string;
  readonly hears: boolean;
  readonly speaks: boolean;
  /** What it is known to know; none: only its maker knows. */
  readonly languages: readonly string[];
  readonly voices: readonly string[];
  /** Always there, and no more than a start. */
  readonly start: boolean;
  /** What is said leaves the server for it. */
  readonly service: boolean;
  /** Why it can't work yet. */
  readonly lacks: "" | "package" | "model";
}

export const readEngines = (business: string) =>
  request<{ readonly engines: readonly Engine[] }>("GET", `/api/v1/businesses/${business}/speech`).then(
    ({ engines }) => engines,
  );

/** How an engine says the greeting: a WAV. */
export const hearEngine = (business: string, locale: string, speaker: Speaker) =>
  requestFile("POST", `/api/v1/businesses/${business}/speech/sample`, { locale, ...speaker });
