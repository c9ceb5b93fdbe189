import { Refused } from "../../../api/http.ts";
import { knows, words, type Key } from "../words.svelte.ts";
import { faultSentence } from "./faults.ts";

/**
 * What to say of an error, in the reader's language. The server's own sentence stands where we have none.
 * `about`: what was tried, where the code alone says too little.
 */
export function sentence(error: unknown, about = ""): string {
  if (!(error instanceof Refused)) return words.say("refused.unknown");
  if (error.problem.fault) return faultSentence(error.problem.fault);
  const { code } = error;
  const field = (fieldOf(error) || about).replace(/\.\d+/, "");
  const [whole] = field.split(".");
  for (const key of [`refused.${code}.${field}`, `refused.${code}.${whole}`, `refused.${code}`])
    if (knows(key))
      return words.say(key as Key, {
        by: error.problem.by || words.say("somebody"),
        limit: error.problem.limit ?? 0,
      });
  return error.message || words.say("refused.unknown");
}

/** The field that isn't right, or the path of a part of it (`invitations.0.text`); "" where that isn't told. */
export function fieldOf(error: unknown): string {
  if (!(error instanceof Refused) || error.problem.status === 0) return "";
  if (error.problem.field) return error.problem.field;
  // What the decoder found says the path: "Expected `str` … - at `$.value.name`".
  const path = /`\$\.(?:value\.|settings\.)?(\w+)/.exec(error.message);
  return error.code === "invalid" ? (path?.[1] ?? "") : "";
}
