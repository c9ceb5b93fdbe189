import type { Block } from "./blocks.ts";
import {
  filesOf,
  readMarkup,
  type AnyEvent,
  type BotTurn,
  type Button,
  type Card,
  type DeliveryFailed,
  type Endpoint,
  type Entry,
  type Fates,
  type Later,
  type Letter,
  type Phone,
  type Place,
  type Score,
  type ShownFile,
  type Span,
  type Version,
} from "@switchboard/protocol";

/** What an operator wrote or changed, until the log holds it. */
export interface Written {
  readonly account?: string;
  /** Whose conversation it is of; of the open business, where that wasn't kept. */
  readonly business?: string;
  readonly conversation: string;
  readonly verb: "reply" | "note" | "edit_reply" | "delete_reply" | "run_macro";
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
  readonly answers?: Quoted | null;
  readonly place?: Place | null;
  /** The own message that is changed. */
  readonly seq?: number;
  /** The macro that is run; `text` is its name. */
  readonly macro?: string;
  /** Accounts of whom a note calls. */
  readonly mentions?: readonly string[];
}

export type Author = "customer" | "bot" | "operator";

export interface Placed {
  readonly key: string;
  readonly seq: number;
  readonly at: number;
  /** It stands in a call's block. */
  readonly block?: Block;
}

/** Words and how they look; without `spans` they are as people mark them when they write. */
export interface Words {
  readonly text: string;
  readonly spans: readonly Span[] | null;
  readonly at: number;
}

/** What a message answers. */
export interface Quoted {
  /** 0: it is not of this conversation. */
  readonly seq: number;
  readonly author: Author | "";
  readonly operator: string;
  readonly name: string;
  /** null: erased. "": it has no words, or they are not known here. */
  readonly text: string | null;
  readonly kind: Bare;
}

/** What a message is that may have no words. */
export type Bare = "" | "file" | "place" | "phone" | "unsupported" | "deleted" | "call" | ShownFile["kind"];

export interface MessageItem extends Placed {
  readonly kind: "message";
  readonly author: Author;
  readonly operator: string;
  /** Of the person who wrote it: an operator, or one of a group of customers. */
  readonly name: string;
  readonly channel: string;
  /** null: erased. */
  readonly text: string | null;
  readonly spans: readonly Span[] | null;
  /** What it said before it was changed; null: erased. */
  readonly earlier: readonly (Words | null)[];
  readonly edited: boolean;
  /** When it was taken back; 0: it was not. */
  readonly deleted: number;
  readonly reactions: readonly string[];
  readonly quoted: Quoted | null;
  readonly forwarded: string;
  readonly place: Place | null;
  readonly phone: Phone | null;
  readonly unsupported: string;
  readonly files: readonly ShownFile[];
  readonly pressed: boolean;
  readonly buttons: readonly Button[];
  readonly cards: readonly Card[];
  /** The payload of the button that the customer pressed, of these or of a card's; else "". */
  readonly chosen: string;
  /** On the first message of a bot's turn: what it believed. */
  readonly scores: readonly Score[] | null;
  readonly undelivered: DeliveryFailed | null;
  /** What is on its way: the message itself, or a change of it. */
  readonly letter: Letter<Written> | null;
  readonly first: boolean;
  readonly last: boolean;
}

const BLANK: Omit<MessageItem, "key" | "seq" | "at" | "author"> = {
  kind: "message",
  operator: "",
  name: "",
  channel: "",
  text: "",
  spans: null,
  earlier: [],
  edited: false,
  deleted: 0,
  reactions: [],
  quoted: null,
  forwarded: "",
  place: null,
  phone: null,
  unsupported: "",
  files: [],
  pressed: false,
  buttons: [],
  cards: [],
  chosen: "",
  scores: null,
  undelivered: null,
  letter: null,
  first: true,
  last: true,
};

export interface Around {
  readonly turn: BotTurn | null;
  readonly undelivered: DeliveryFailed | null;
  readonly fates: Fates;
  readonly later: Later | undefined;
  /** A change of it that is on its way. */
  readonly letter: Letter<Written> | null;
  /** A message that stands above. */
  readonly original: (seq: number) => MessageItem | undefined;
}

/** A message as an operator reads it; null where the event is none. */
export function messageOf(entry: Entry, event: AnyEvent, around: Around): MessageItem | null {
  const { turn, undelivered, fates, later, original } = around;
  const erased = entry.event.type === "redacted";
  const placed = { ...BLANK, key: String(entry.seq), seq: entry.seq, at: entry.at, undelivered };
  const files = erased ? [] : filesOf(event, fates, later);
  switch (event.type) {
    case "customer_message": {
      const { text, spans = [], author, reply_to = 0, quote = "", place, phone } = event;
      return {
        ...placed,
        ...changed({ text, spans, at: entry.at }, erased, later),
        author: "customer",
        name: author ?? "",
        channel: event.endpoint.channel,
        quoted: quotedFrom(reply_to, quote, original),
        forwarded: event.forwarded ?? "",
        place: erased ? null : (later?.place ?? place ?? null),
        phone: phone ?? null,
        unsupported: event.unsupported ?? "",
        pressed: Boolean(event.choice),
        reactions: later?.emoji ?? [],
        files,
      };
    }
    case "bot_message": {
      const { buttons = [], cards = [] } = event;
      return {
        ...placed,
        author: "bot",
        channel: event.endpoint.channel,
        text: erased ? null : event.text,
        reactions: later?.emoji ?? [],
        buttons,
        cards,
        files,
        scores: turn ? (turn.intents ?? []) : null,
      };
    }
    case "operator_message": {
      const { operator, name, cards = [], reply_to = 0, place } = event;
      const { letter } = around;
      const said = changed({ text: event.text, spans: null, at: entry.at }, erased, later);
      return {
        ...placed,
        ...said,
        ...(letter?.body.verb === "edit_reply" && letter.error === null ? { text: letter.body.text } : {}),
        letter,
        author: "operator",
        operator,
        name,
        channel: event.endpoint.channel,
        cards,
        files,
        quoted: quotedFrom(reply_to, "", original),
        place: place ?? null,
        reactions: later?.emoji ?? [],
        deleted: later?.deleted ?? 0,
      };
    }
    default:
      return null;
  }
}

/** A reply that is not in the log yet. */
export function unsentMessage(letter: Letter<Written>): MessageItem {
  const { verb, text, files = [], answers = null, place = null } = letter.body;
  return {
    ...BLANK,
    key: letter.id,
    seq: 0,
    at: letter.at * 1000,
    author: "operator",
    text: verb === "run_macro" ? `\\${text}` : text,
    quoted: answers,
    place,
    files: files.map((file) => ({ ...file, kind: "", seconds: 0, state: "here" })),
    letter,
  };
}

/** What it says now, and what it said before. */
function changed(first: Words, erased: boolean, later: Later | undefined) {
  const now = later?.now;
  const words = (version: Version | null): Words | null =>
    version && (first.spans === null ? { ...version, spans: null } : version);
  const said = erased ? null : now === undefined ? first : words(now);
  const all = [erased ? null : first, ...(later?.between ?? []).map(words)];
  const earlier = later?.edited
    ? all.filter((one) => one === null || (one.text && one.text !== said?.text))
    : [];
  return { text: said && said.text, spans: said?.spans ?? first.spans, earlier, edited: earlier.length > 0 };
}

function quotedFrom(seq: number, quote: string, original: Around["original"]): Quoted | null {
  if (!seq && !quote) return null;
  const found = seq ? original(seq) : undefined;
  if (!found) return { seq, author: "", operator: "", name: "", text: quote, kind: "" };
  return quotedOf(found, quote);
}

/** The message as what answers it shows it. */
export function quotedOf(item: MessageItem, chosen = ""): Quoted {
  const { seq, author, operator, name } = item;
  const text = chosen || item.deleted ? chosen : plainWords(item);
  return { seq, author, operator, name, text, kind: bare(item) };
}

function plainWords({ text, spans, files }: MessageItem): string | null {
  if (text === null) return null;
  return (
    (spans === null ? readMarkup(text).text : text) ||
    files
      .map(({ name }) => name)
      .filter(Boolean)
      .join(", ")
  );
}

function bare({ deleted, files, place, phone, unsupported }: MessageItem): Bare {
  if (deleted) return "deleted";
  if (files[0]) return files[0].kind || "file";
  if (place) return "place";
  return phone ? "phone" : unsupported ? "unsupported" : "";
}
