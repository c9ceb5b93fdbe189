import {
  fatesOf,
  filesOf,
  grouped,
  plain,
  withDays,
  type AnyEvent,
  type BotTurn,
  type Button,
  type Card,
  type DeliveryFailed,
  type Endpoint,
  type Entry,
  type Fates,
  type Letter,
  type Score,
  type ShownFile,
} from "@switchboard/protocol";
import { line, type Wording } from "./lines.ts";

/** What an operator wrote, until the log holds it. */
export interface Written {
  readonly account?: string;
  readonly conversation: string;
  readonly verb: "reply" | "note";
  readonly text: string;
  readonly files?: readonly {
    readonly id: string;
    readonly name: string;
    readonly type: string;
    readonly size: number;
  }[];
  /** Only where it was chosen. */
  readonly endpoint?: Endpoint | null;
  readonly floor_seq: number;
}

export type Author = "customer" | "bot" | "operator";

interface Placed {
  readonly key: string;
  readonly seq: number;
  readonly at: number;
}
export interface MessageItem extends Placed {
  readonly kind: "message";
  readonly author: Author;
  readonly operator: string;
  readonly name: string;
  readonly channel: string;
  /** null: erased. */
  readonly text: string | null;
  readonly files: readonly ShownFile[];
  readonly pressed: boolean;
  readonly buttons: readonly Button[];
  readonly cards: readonly Card[];
  /** The payload of the button that the customer pressed, of these or of a card's; else "". */
  readonly chosen: string;
  /** On the first message of a bot's turn: what it believed. */
  readonly scores: readonly Score[] | null;
  readonly undelivered: DeliveryFailed | null;
  readonly letter: Letter<Written> | null;
  readonly first: boolean;
  readonly last: boolean;
}
export interface NoteItem extends Placed {
  readonly kind: "note";
  readonly name: string;
  readonly text: string | null;
  readonly letter: Letter<Written> | null;
}
export interface LineItem extends Placed {
  readonly kind: "line";
  readonly wording: Wording;
}
export interface DayItem extends Placed {
  readonly kind: "day";
}
export type Item = MessageItem | NoteItem | LineItem | DayItem;

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
  const fates = fatesOf(entries);
  const shown = new Set(entries.filter(({ event }) => carriesMark(plain(event))).map(({ seq }) => seq));
  const items: Item[] = [];
  let turn: BotTurn | null = null;
  for (const entry of entries) {
    const event = plain(entry.event);
    if (event.type === "bot_turn") {
      turn = event;
      if (event.outcome !== "silent") continue;
    }
    if (event.type === "delivery_failed" && shown.has(event.seq)) continue;
    const item = place(entry, event, { turn, undelivered: undelivered.get(entry.seq) ?? null, fates, me });
    if (event.type === "bot_message") turn = null;
    if (event.type === "customer_message" && event.choice) choose(items, event.choice);
    if (item) items.push(item);
  }
  const all = withDays([...items, ...letters.map(unsent)], ({ at }) => at, dayBefore);
  return grouped(all, (one, other) => one.operator === other.operator || onTheWay(one) || onTheWay(other));
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

interface Around {
  readonly turn: BotTurn | null;
  readonly undelivered: DeliveryFailed | null;
  readonly fates: Fates;
  readonly me: string;
}

function place(entry: Entry, event: AnyEvent, { turn, undelivered, fates, me }: Around): Item | null {
  const placed = { key: String(entry.seq), seq: entry.seq, at: entry.at };
  const words = (text: string) => (entry.event.type === "redacted" ? null : text);
  const message = { ...placed, kind: "message", operator: "", name: "", pressed: false, buttons: [], cards: [], chosen: "",
    scores: null, files: entry.event.type === "redacted" ? [] : filesOf(event, fates), undelivered, letter: null, first: true,
    last: true } as const; // prettier-ignore
  switch (event.type) {
    case "customer_message": {
      const { channel } = event.endpoint;
      return {
        ...message,
        author: "customer",
        channel,
        text: words(event.text),
        pressed: Boolean(event.choice),
      };
    }
    case "bot_message": {
      const { channel } = event.endpoint;
      const scores = turn ? (turn.intents ?? []) : null;
      return {
        ...message,
        author: "bot",
        channel,
        text: words(event.text),
        buttons: event.buttons ?? [],
        cards: event.cards ?? [],
        scores,
      };
    }
    case "operator_message": {
      const { operator, name, endpoint } = event;
      return {
        ...message,
        author: "operator",
        operator,
        name,
        channel: endpoint.channel,
        text: words(event.text),
        cards: event.cards ?? [],
      };
    }
    case "note_added":
      return { ...placed, kind: "note", name: event.name, text: words(event.text), letter: null };
    default: {
      const wording = line(event, me);
      return wording && { ...placed, kind: "line", wording };
    }
  }
}

function unsent(letter: Letter<Written>): Item {
  const placed = { key: letter.id, seq: 0, at: letter.at * 1000, letter, text: letter.body.text };
  if (letter.body.verb === "note") return { ...placed, kind: "note", name: "" };
  return { ...placed, kind: "message", author: "operator", operator: "", name: "", channel: "", pressed: false,
    files: (letter.body.files ?? []).map((file) => ({ ...file, state: "here" })),
    buttons: [], cards: [], chosen: "", scores: null, undelivered: null, first: true, last: true }; // prettier-ignore
}

function dayBefore(day: string, { key, at }: Item): DayItem {
  return { kind: "day", key: `day ${day} ${key}`, seq: 0, at };
}

/** Ours, whoever the log will say wrote it. */
function onTheWay({ letter }: MessageItem): boolean {
  return letter !== null;
}
