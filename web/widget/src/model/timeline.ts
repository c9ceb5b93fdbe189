import {
  fatesOf,
  filesOf,
  grouped,
  laterOf,
  plain,
  shownFile,
  withDays,
  type AnyEvent,
  type Attachment,
  type Button,
  type Card,
  type Entry,
  type Fates,
  type Later,
  type Letter,
  type ShownFile,
  type WidgetMessage,
} from "@switchboard/protocol";
import type { Key } from "../i18n/index.ts";
import type { OwnLog } from "./stand.ts";
import { RATING } from "./acts.ts";

/** A message as it waits to be sent: with all that is shown of its files. */
export interface Said extends Pick<WidgetMessage, "text" | "choice"> {
  readonly files?: readonly Attachment[];
}
export type Mark = "pending" | "stored" | "read" | "failed";

/** What a message shows beside bare words: all that is known of it, for the part that shows it. */
export interface Rich {
  readonly event: AnyEvent;
  readonly entries: readonly Entry[];
  readonly later: ReadonlyMap<number, Later>;
  readonly became: Later | undefined;
}

export interface MessageItem {
  readonly kind: "message";
  readonly key: string;
  readonly author: "customer" | "bot" | "operator";
  readonly name: string;
  /** null: erased. */
  readonly text: string | null;
  /** null: there are bare words alone, or files. */
  readonly rich: Rich | null;
  readonly files: readonly ShownFile[];
  readonly at: number;
  /** The first of its author's group, and the last. */
  readonly first: boolean;
  readonly last: boolean;
  readonly mark: Mark | null;
  readonly error: string;
  readonly buttons: readonly Button[];
  readonly cards: readonly Card[];
  /** Nobody has spoken since: its replies can be pressed. */
  readonly live: boolean;
  /** Of the bot's answers: by which they are judged; else 0. */
  readonly answer: number;
}
export interface SeamItem {
  readonly kind: "seam";
  readonly key: string;
  readonly word: Key;
  readonly name: string;
}
export interface NoticeItem {
  readonly kind: "notice";
  readonly key: string;
  readonly text: string;
  readonly rich: Rich | null;
}
export interface DayItem {
  readonly kind: "day";
  readonly key: string;
  readonly at: number;
}
export type Item = MessageItem | SeamItem | NoticeItem | DayItem;

export interface QueueNotice {
  readonly text: string;
  readonly buttons: readonly Button[];
}

export interface Timeline {
  readonly items: readonly Item[];
  /** While the customer waits for a person: what the system last told them. */
  readonly queue: QueueNotice | null;
}

export interface TimelineInput {
  readonly logs: readonly OwnLog[];
  readonly waiting: readonly Letter<Said>[];
  /** Acknowledged, but the entry has not come yet. */
  readonly acked: readonly Letter<Said>[];
  readonly readByPeople: number;
}

/** The logs and the unsent messages as the customer reads them. Times are microseconds. */
export function timeline(input: TimelineInput): Timeline {
  const current = input.logs.at(-1);
  // What was pressed or written and is still on its way uses the buttons up, too.
  const onTheWay = input.acked.length > 0 || input.waiting.some((letter) => letter.error === null);
  const last = onTheWay ? undefined : current?.entries.findLast(({ event }) => speaks(event.type));
  const queued = current?.state.status === "queued";
  const items: Item[] = [];
  let queue: QueueNotice | null = null;

  for (const log of input.logs) {
    const fates = fatesOf(log.entries);
    const later = laterOf(log.entries);
    for (let index = 0; index < log.entries.length; index++) {
      const entry = log.entries[index]!;
      const event = plain(entry.event);
      if (event.type === "system_notice") {
        if (log === current && queued) queue = { text: event.text, buttons: event.buttons ?? [] };
        if (superseded(log.entries, index, log === current && queued)) continue;
      }
      const item = show(entry, log, { read: log === current ? input.readByPeople : Infinity, fates, later });
      if (item) items.push(entry === last && item.kind === "message" ? withButtons(item, event) : item);
    }
  }
  for (const letter of input.acked) items.push(unsent(letter, "stored"));
  for (const letter of input.waiting)
    items.push(unsent(letter, letter.error === null ? "pending" : "failed"));
  if (onTheWay) queue &&= { ...queue, buttons: [] };
  const at = instants(input);
  const all = withDays(items, at, (day, item): Item => ({
    kind: "day",
    key: `day:${day}:${item.key}`,
    at: at(item),
  }));
  return { items: grouped(all, (one, other) => one.name === other.name), queue };
}

/** Whether the event takes the turn, so that the buttons above it are used up. */
function speaks(type: string): boolean {
  return (
    type === "customer_message" || type === "bot_message" || type === "operator_message" || type === "taken"
  );
}

/** A later notice of the same kind stands for this one; while waiting, the last is shown beside the composer. */
function superseded(entries: readonly Entry[], index: number, queued: boolean): boolean {
  const own = entries[index]!.event;
  if (queued && !entries.slice(index + 1).some(({ event }) => event.type === "system_notice")) return true;
  for (const { event } of entries.slice(index + 1)) {
    if (speaks(event.type)) return false;
    if (event.type === "system_notice" && own.type === "system_notice" && event.notice === own.notice)
      return true;
  }
  return false;
}

interface Around {
  readonly read: number;
  readonly fates: Fates;
  readonly later: ReadonlyMap<number, Later>;
}

function show(entry: Entry, log: OwnLog, { read, fates, later }: Around): Item | null {
  const key = `${log.conversation}:${entry.seq}`;
  const erased = entry.event.type === "redacted";
  const event = plain(entry.event);
  const became = later.get(entry.seq);
  if (became?.deleted) return null;
  const said = (text: string) =>
    erased ? null : became?.now === undefined ? text : (became.now?.text ?? null);
  const base = {
    kind: "message",
    key,
    at: entry.at,
    first: true,
    last: true,
    files: erased ? [] : filesOf(event, fates, became),
    rich: !erased && isRich(event, became) ? { event, entries: log.entries, later, became } : null,
    error: "",
    buttons: [],
    cards: [],
    live: false,
    answer: 0,
  } as const;
  switch (event.type) {
    case "customer_message": {
      const mark = entry.seq <= read ? "read" : "stored";
      return {
        ...base,
        author: "customer",
        name: "",
        text: said(event.text),
        mark,
      };
    }
    case "bot_message":
      return {
        ...base,
        author: "bot",
        name: "",
        text: said(event.text),
        mark: null,
        cards: event.cards ?? [],
        buttons: (event.buttons ?? []).filter((button) => button.url),
        answer: erased ? 0 : entry.seq,
      };
    case "operator_message":
      return {
        ...base,
        author: "operator",
        name: event.name,
        text: said(event.text),
        mark: null,
        cards: event.cards ?? [],
      };
    case "invitation_shown":
      return { ...base, author: "bot", name: "", text: event.text, mark: null };
    case "details_left":
      return erased ? null : { kind: "seam", key, word: `seam.left.${event.kind}`, name: event.value };
    case "system_notice":
      return event.notice === RATING ? null : { kind: "notice", key, text: event.text, rich: base.rich };
    default: {
      const seam = seamOf(event);
      return seam && { kind: "seam", key, ...seam };
    }
  }
}

/** Whether there may be more to show than bare words: what shows it is fetched then. */
function isRich(event: AnyEvent, became: Later | undefined): boolean {
  return (
    MORE.some((key) => key in event) ||
    Boolean(became?.now?.spans.length) ||
    (event.type !== "customer_message" && "text" in event && MARKS.test((became?.now ?? event).text ?? ""))
  );
}
const MORE = ["spans", "quote", "reply_to", "forwarded", "place", "phone", "unsupported"];
const MARKS = /[*_~|`>[]/;

/** How a greeting looks: the bot's word before all others, which no log has. */
export function greeted(text: string): Rich | null {
  const event = { type: "bot_message", text } as AnyEvent;
  return isRich(event, undefined) ? { event, entries: [], later: new Map(), became: undefined } : null;
}

function seamOf(event: AnyEvent): { word: Key; name: string } | null {
  switch (event.type) {
    case "taken":
      return { word: "seam.joined", name: event.operator.name };
    case "transferred":
      return { word: "seam.passed", name: event.by.name };
    case "owner_lost":
      return { word: "seam.lost", name: event.operator.name };
    case "returned_to_bot":
      return { word: "seam.returned", name: "" };
    case "handoff_cancelled":
      return { word: "seam.cancelled", name: "" };
    case "call_started":
      return { word: "seam.call", name: "" };
    case "call_ended":
      return { word: "seam.call.over", name: "" };
    case "resolved":
      return { word: event.by === "customer" ? "seam.left" : "seam.ended", name: "" };
    default:
      return null;
  }
}

function withButtons(item: MessageItem, event: AnyEvent): MessageItem {
  const buttons = event.type === "bot_message" ? (event.buttons ?? []) : item.buttons;
  return { ...item, buttons, live: true };
}

function unsent(letter: Letter<Said>, mark: Mark): MessageItem {
  return {
    kind: "message",
    key: letter.id,
    author: "customer",
    name: "",
    text: letter.body.text,
    rich: null,
    files: (letter.body.files ?? []).map((file) => shownFile(file, "pending")),
    at: letter.at * 1000,
    first: true,
    last: true,
    mark,
    error: letter.error ?? "",
    buttons: [],
    cards: [],
    live: false,
    answer: 0,
  };
}

/** When an item happened, for the day dividers. */
function instants({ logs }: TimelineInput): (item: Item) => number {
  const at = new Map(
    logs.flatMap((log) => log.entries.map((one) => [`${log.conversation}:${one.seq}`, one.at])),
  );
  return (item) => ("at" in item ? item.at : (at.get(item.key) ?? 0));
}
