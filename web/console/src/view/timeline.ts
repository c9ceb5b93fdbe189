import {
  fatesOf,
  grouped,
  laterOf,
  plain,
  withDays,
  type AnyEvent,
  type BotTurn,
  type DeliveryFailed,
  type Entry,
  type Letter,
} from "@switchboard/protocol";
import { withCalls, type CallItem } from "./blocks.ts";
import { line, type Wording } from "./lines.ts";
import { recordingOf, type RecordingItem } from "./recordings.ts";
import { messageOf, unsentMessage, type MessageItem, type Placed, type Written } from "./messages.ts";

export type { MessageItem, Written } from "./messages.ts";

export interface NoteItem extends Placed {
  readonly kind: "note";
  readonly name: string;
  readonly text: string | null;
  readonly letter: Letter<Written> | null;
}
export interface LineItem extends Placed {
  readonly kind: "line";
  readonly wording: Wording;
  /** What failed here can be sent again. */
  readonly again?: boolean;
}
export interface DayItem extends Placed {
  readonly kind: "day";
}
export type Item = MessageItem | NoteItem | LineItem | RecordingItem | CallItem | DayItem;

/** The log and what is still on its way, as an operator reads it. */
export function timeline(
  entries: readonly Entry[],
  letters: readonly Letter<Written>[],
  me: string,
): readonly Item[] {
  const undelivered = new Map<number, DeliveryFailed>();
  for (const { event } of entries) {
    if (event.type === "delivery_failed") undelivered.set(event.seq, event);
    if (event.type === "delivery_replayed") undelivered.delete(event.seq);
  }
  const unreached = unreachedAt(entries);
  const fates = fatesOf(entries);
  const later = laterOf(entries);
  const changes = new Map(
    letters.flatMap((letter) => (letter.body.seq ? [[letter.body.seq, letter] as const] : [])),
  );
  const shown = new Set(entries.filter(({ event }) => carriesMark(plain(event))).map(({ seq }) => seq));
  const items: Item[] = [];
  const messages = new Map<number, MessageItem>();
  const original = (seq: number) => messages.get(seq);
  let turn: BotTurn | null = null;
  for (const entry of entries) {
    const event = plain(entry.event);
    if (event.type === "bot_turn") {
      turn = event;
      if (event.outcome !== "silent") continue;
    }
    if (event.type === "delivery_failed" && shown.has(event.seq)) continue;
    const { seq } = entry;
    const message = messageOf(entry, event, {
      turn,
      undelivered: undelivered.get(seq) ?? null,
      fates,
      later: later.get(seq),
      letter: changes.get(seq) ?? null,
      original,
    });
    if (message) messages.set(seq, message);
    if (event.type === "bot_message") turn = null;
    if (event.type === "customer_message" && event.choice) choose(items, event.choice);
    if (event.type === "call_recorded") {
      items.push(recordingOf(entry, event, entries));
      continue;
    }
    const item = message ?? aside(entry, event, me);
    if (item?.kind === "line" && seq === unreached) items.push({ ...item, again: true });
    else if (item) items.push(item);
  }
  const written = letters.filter(({ body }) => !body.seq);
  const placed = withDays([...items, ...written.map(unsent)], ({ at }) => at, dayBefore);
  const all = withCalls(placed, entries);
  return grouped(
    all,
    (one, other) =>
      (one.operator === other.operator && (one.author !== "customer" || one.name === other.name)) ||
      onTheWay(one) ||
      onTheWay(other),
  );
}

/** The letter or short message of unread answers that failed last, where nothing came of them since; 0 for none. */
function unreachedAt(entries: readonly Entry[]): number {
  let found = 0;
  for (const { seq, event } of entries) {
    if (event.type === "answers_forwarded") found = event.fault ? seq : 0;
    if (event.type === "delivery_replayed" && event.seq === found) found = 0;
  }
  return found;
}

/** Marks the choice at the last message that offered it. */
function choose(items: Item[], choice: string): void {
  const offers = (item: Item) =>
    item.kind === "message" &&
    [...item.buttons, ...item.cards.flatMap(({ buttons }) => buttons ?? [])].some(
      ({ payload, url }) => !url && payload === choice,
    );
  const at = items.findLastIndex(offers);
  const item = items[at];
  if (item?.kind === "message") items[at] = { ...item, chosen: choice };
}

/** Whether it is a bubble, which tells itself that it was not delivered. */
function carriesMark(event: AnyEvent): boolean {
  return event.type === "bot_message" || event.type === "operator_message";
}

/** What is said beside the messages. */
function aside(entry: Entry, event: AnyEvent, me: string): NoteItem | LineItem | null {
  const placed = { key: String(entry.seq), seq: entry.seq, at: entry.at };
  if (event.type === "note_added") {
    const text = entry.event.type === "redacted" ? null : event.text;
    return { ...placed, kind: "note", name: event.name, text, letter: null };
  }
  const wording = line(event, me);
  return wording && { ...placed, kind: "line", wording };
}

function unsent(letter: Letter<Written>): Item {
  if (letter.body.verb !== "note") return unsentMessage(letter);
  return {
    key: letter.id,
    seq: 0,
    at: letter.at * 1000,
    kind: "note",
    name: "",
    text: letter.body.text,
    letter,
  };
}

function dayBefore(day: string, { key, at }: Item): DayItem {
  return { kind: "day", key: `day ${day} ${key}`, seq: 0, at };
}

/** Ours, whoever the log will say wrote it. */
function onTheWay({ letter, seq }: MessageItem): boolean {
  return letter !== null && seq === 0;
}
