import type { Fault } from "@switchboard/protocol";
import { told } from "../../../view/faults.ts";
import { knows, words, type Key } from "../words.svelte.ts";
import { kindOf } from "./audit.ts";

/** As `told`, with what a value names in the reader's language, and where in the business's own files it is. */
export function faultSentence(fault: Fault): string {
  const { kind, field, file, line } = fault.values;
  const why = `refused.invalid.${String(field).replace(/\.\d+/, "")}`;
  const values = {
    ...fault.values,
    ...(kind === undefined ? {} : { kind: words.say(`kind.${kindOf(String(kind))}`) }),
    ...(knows(why) ? { said: words.say(why as Key) } : {}),
  };
  const what = told({ ...fault, values }, words.say, knows);
  if (file === undefined || !knows(`fault.${fault.code}`)) return what;
  return line === undefined
    ? words.say("fault.place", { file, what })
    : words.say("fault.place.line", { file, line: String(line), what });
}
