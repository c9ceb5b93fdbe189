import { plain, type AnyEvent, type CallRecorded, type Entry } from "@switchboard/protocol";
import type { Placed } from "./messages.ts";

/** A recorded call, where its recording came into the thread. */
export interface RecordingItem extends Placed {
  readonly kind: "recording";
  readonly leg: string;
  /** "": it is erased. */
  readonly file: string;
  readonly seconds: number;
  /** It ends before the call did. */
  readonly broken: boolean;
  readonly lines: readonly SpokenLine[];
}

/** What was said in it, `at` so many of its seconds. */
export interface SpokenLine {
  readonly seq: number;
  /** "": the customer. */
  readonly name: string;
  readonly text: string;
  readonly at: number;
}

/** What is said within a recording, in the order in which it was. */
export function recordingOf(entry: Entry, event: CallRecorded, entries: readonly Entry[]): RecordingItem {
  const { file, seconds, broken = false, leg, since = 0 } = event;
  const lines = entries.flatMap(({ seq, event: told }) => {
    if (told.type === "redacted") return [];
    const said = spokenIn(plain(told), leg);
    if (!said) return [];
    const at = (said.since - since) / 1000;
    return at < seconds ? [{ seq, name: said.name, text: said.text, at: Math.max(0, at) }] : [];
  });
  lines.sort((one, other) => one.at - other.at);
  const placed = { key: String(entry.seq), seq: entry.seq, at: entry.at };
  return { ...placed, kind: "recording", leg, file, seconds, broken, lines };
}

function spokenIn(event: AnyEvent, leg: string) {
  if (event.type !== "customer_message" && event.type !== "operator_message") return null;
  const { speech, text } = event;
  if (speech?.leg !== leg) return null;
  return { text, since: speech.since, name: event.type === "operator_message" ? event.name : "" };
}

/** The line that is being said at a second; -1 before the first. */
export function lineAt(lines: readonly SpokenLine[], second: number): number {
  return lines.findLastIndex(({ at }) => at <= second + 0.05);
}
