import { problemCode, type Problem } from "@switchboard/protocol";
import { Refused } from "../api/http.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import type { Key } from "../i18n/index.ts";

/** Our own words for what the server refuses, by its code. */
const WORDS: Readonly<Record<string, Key>> = {
  stale_floor: "problem.stale_floor",
  not_owner: "problem.not_owner",
  not_possible: "problem.not_possible",
  not_found: "problem.not_found",
  conflict: "problem.conflict",
  name_taken: "problem.name_taken",
  malformed: "problem.invalid",
  invalid: "problem.invalid",
  too_large: "problem.too_large",
  too_many: "problem.too_many",
  signed_out: "problem.forbidden",
  forbidden: "problem.forbidden",
  network: "problem.network",
  overloaded: "problem.busy",
  draining: "problem.busy",
  storage_unavailable: "problem.busy",
  internal: "problem.internal",
};

/** What to say of a refusal, in the reader's language. `here`: words for codes that mean more at this place. */
export function sentence(problem: Problem, here: Readonly<Record<string, Key>> = {}): string {
  const { say } = preferences;
  const code = problemCode(problem);
  if (code === "taken" && problem.owner) return say("problem.taken", { name: problem.owner });
  if (code === "taken") return say("problem.taken_someone");
  const key = here[code] ?? WORDS[code];
  return key ? say(key) : problem.detail || problem.title || say("problem.unknown");
}

/** As `sentence`, of whatever was thrown: what isn't the server's refusal is a fault of ours. */
export function sentenceOf(error: unknown, here: Readonly<Record<string, Key>> = {}): string {
  return error instanceof Refused ? sentence(error.problem, here) : preferences.say("problem.unknown");
}
