import { problemCode, type Problem, type ProblemCode } from "@switchboard/protocol";
import { Refused } from "../api/http.ts";
import { knows, type Key } from "../i18n/index.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { told } from "../view/faults.ts";

/** Our own words for what the server refuses, by its code: for every code that there is. */
const WORDS: Readonly<Record<Exclude<ProblemCode, "taken"> | "network", Key>> = {
  stale_floor: "problem.stale_floor",
  not_owner: "problem.not_owner",
  not_possible: "problem.not_possible",
  not_found: "problem.not_found",
  conflict: "problem.conflict",
  in_use: "problem.conflict",
  name_taken: "problem.name_taken",
  malformed: "problem.invalid",
  invalid: "problem.invalid",
  id_reused: "problem.invalid",
  too_large: "problem.too_large",
  too_many: "problem.too_many",
  signed_out: "problem.forbidden",
  forbidden: "problem.forbidden",
  last_administrator: "problem.forbidden",
  origin_refused: "problem.forbidden",
  consent_needed: "problem.forbidden",
  blocked: "problem.forbidden",
  user_refused: "problem.forbidden",
  user_expired: "problem.forbidden",
  second_factor_needed: "problem.code",
  invitation_over: "problem.link",
  link_over: "problem.link",
  set_up_already: "problem.link",
  link_invalid: "problem.link",
  network: "problem.network",
  overloaded: "problem.busy",
  draining: "problem.busy",
  storage_unavailable: "problem.busy",
  internal: "problem.internal",
  method_not_allowed: "problem.internal",
  refused: "problem.unknown",
};

/** What to say of a refusal, in the reader's language. `here`: words for codes that mean more at this place. */
export function sentence(problem: Problem, here: Readonly<Record<string, Key>> = {}): string {
  const { say } = preferences;
  const code = problemCode(problem);
  if (problem.fault) return told(problem.fault, say, knows);
  if (code === "taken" && problem.owner) return say("problem.taken", { name: problem.owner });
  if (problem.owner && (code === "stale_floor" || code === "not_owner"))
    return say("problem.theirs", { name: problem.owner });
  if (code === "taken") return say("problem.taken_someone");
  const key = here[code] ?? (WORDS as Readonly<Record<string, Key>>)[code];
  return key ? say(key) : problem.detail || problem.title || say("problem.unknown");
}

/** As `sentence`, of whatever was thrown: what isn't the server's refusal is a fault of ours. */
export function sentenceOf(error: unknown, here: Readonly<Record<string, Key>> = {}): string {
  return error instanceof Refused ? sentence(error.problem, here) : preferences.say("problem.unknown");
}
