import { sentenceOf } from "../../../actions/problems.ts";
import { Refused } from "../../../api/http.ts";
import { told } from "../../../view/faults.ts";
import { knows, words } from "../words.svelte.ts";

/** What to say of a refusal here, in the reader's language. */
export function wrong(error: unknown): string {
  const { say } = words;
  if (!(error instanceof Refused)) return sentenceOf(error);
  const { fault, field } = error.problem;
  if (fault && knows(`fault.${fault.code}`)) return told(fault, say, knows);
  if (error.code === "invalid" && !fault) {
    if (field === "email" || field === "phone") return say(`wrong.${field}`);
    if (field) return say("wrong.other");
  }
  return sentenceOf(error);
}
