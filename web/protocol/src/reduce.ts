import { fileNames } from "./files.ts";
import { ASK_FOR_PERSON, BACK_TO_BOT, CALL_BACK, CALL_BACK_HERE } from "./frames.ts";
import { afterCall, afterConsult, passedOn, same, type Leg } from "./legs.ts";
import { plain } from "./timeline.ts";
import type {
  AnyEvent,
  Author,
  BotTurn,
  CallbackPromised,
  CallbackTried,
  CustomerMessage,
  Endpoint,
  Entry,
  Memory,
  Offer,
  OfferEnded,
  Page,
  Participant,
  Person,
  Preview,
  Reopened,
  Score,
  SystemNotice,
  WrapUpStarted,
} from "./types.ts";

/** `abandoned` and other states of later releases arrive as strings that we show as they are. */
export type Status = "pending" | "queued" | "open" | "wrap_up" | "snoozed" | "resolved";
export type Floor = "bot" | "people" | "nobody";

export const FLOOR: Readonly<Record<Status, Floor>> = {
  pending: "bot",
  queued: "nobody",
  open: "people",
  wrap_up: "people",
  snoozed: "nobody",
  resolved: "nobody",
};

const PREVIEW_LENGTH = 140;
const MAX_FACTS = 50;
const MAX_PARTICIPANTS = 8;
const MAX_INVITED = 8;
const MAX_LABELS = 20;
const MAX_CHANNELS = 8;
const MAX_ASKED = 3;
const MAX_GUESSES = 3;
const MAX_PASSED = 8;
const NOTE_LENGTH = 200;
const PAGE_LENGTH = 200;
const MAX_ATTRIBUTES = 20;

/** What a turn took the inputs up to `seq` for, the likeliest first. */
export interface Understood {
  readonly seq: number;
  readonly intents: readonly Score[];
}
/** The page that came with event `seq`: its title or address. */
export interface WrittenFrom {
  readonly seq: number;
  readonly text: string;
}

/** What people promised a customer and haven't done. `attempts`: how often the customer wasn't reached. */
export interface Callback {
  readonly due_at: number;
  readonly promised_at: number;
  readonly kind: NonNullable<CallbackPromised["kind"]>;
  readonly value: string;
  readonly reason: NonNullable<CallbackPromised["reason"]>;
  readonly owner: Person | null;
  readonly attempts: number;
  readonly note: string;
}

/** The owner's time after the talk. `until`: when it runs out; 0: it doesn't. `code`: a wrap-up code must be chosen. */
export interface WrapUp {
  readonly until: number;
  readonly code: boolean;
  readonly seconds: number;
  readonly more: NonNullable<WrapUpStarted["more"]>;
  /** They had more time already. */
  readonly extended: boolean;
  /** As it was before, if the talk goes on after all. */
  readonly waiting_since: number | null;
}

/** What is known of a conversation without its messages. Field for field the server's `Conversation`. */
export interface Conversation {
  readonly contact: string;
  readonly endpoint: Endpoint | null;
  readonly locale: string;
  readonly status: Status;
  readonly seq: number;
  readonly floor_seq: number;
  readonly answered: number;
  readonly last_input: number;
  readonly request: number;
  /** The handoff that brought it to people, until the bot has it again; 0: none. */
  readonly handoff_seq: number;
  readonly channels: readonly Endpoint[];
  /** Identities that nothing reaches any more. */
  readonly unreachable: readonly string[];
  readonly owner: Person | null;
  readonly last_owner: Person | null;
  readonly participants: readonly Participant[];
  readonly labels: readonly string[];
  /** Colleagues whom the owner asks to join. */
  readonly invited: readonly Person[];
  readonly offer: Offer | null;
  /** Who let it go while it waits, and when. */
  readonly passed: Readonly<Record<string, number>>;
  readonly team: string;
  readonly priority: number;
  readonly reason: string;
  readonly cause: string;
  /** What whoever gets it must know, by id, each with its level. */
  readonly skills: Readonly<Record<string, number>>;
  readonly waiting_since: number | null;
  readonly misses: number;
  readonly asked: readonly number[];
  readonly understood: Understood | null;
  readonly page: WrittenFrom | null;
  readonly facts: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly details: Readonly<Record<string, string>>;
  readonly consent: string;
  readonly bot_version: string;
  /** Of the bot's dialogue in progress. */
  readonly memory: Memory | null;
  readonly preview: Preview | null;
  /** People of the business began it. */
  readonly outbound: boolean;
  readonly started_at: number;
  readonly updated_at: number;
  readonly snoozed_until: number | null;
  readonly wrap_up: WrapUp | null;
  readonly resolved_at: number | null;
  /** The score that the customer gave it; 0: none. */
  readonly rating: number;
  /** The `seq` of the question for it; 0: none. */
  readonly rating_asked: number;
  readonly continued_in: string;
  readonly callback: Callback | null;
  /** What the system asked the customer last, whose answer comes next. */
  readonly asks: string;
  readonly reminded_at: number;
  /** People's answers up to here went out another way, or could not. */
  readonly forwarded: number;
  /** Calls that go on. */
  readonly legs: readonly Leg[];
}

export const EMPTY: Conversation = {
  contact: "",
  endpoint: null,
  locale: "",
  status: "pending",
  seq: 0,
  floor_seq: 0,
  answered: 0,
  last_input: 0,
  request: 0,
  handoff_seq: 0,
  channels: [],
  unreachable: [],
  owner: null,
  last_owner: null,
  participants: [],
  labels: [],
  invited: [],
  offer: null,
  passed: {},
  team: "",
  priority: 0,
  reason: "",
  cause: "",
  skills: {},
  waiting_since: null,
  misses: 0,
  asked: [],
  understood: null,
  page: null,
  facts: {},
  attributes: {},
  details: {},
  consent: "",
  bot_version: "",
  memory: null,
  preview: null,
  outbound: false,
  started_at: 0,
  updated_at: 0,
  snoozed_until: null,
  wrap_up: null,
  resolved_at: null,
  rating: 0,
  rating_asked: 0,
  continued_in: "",
  callback: null,
  asks: "",
  reminded_at: 0,
  forwarded: 0,
  legs: [],
};

/** Notices that ask for something, and what the next message answers then. */
const ASKING: Readonly<Record<string, string>> = {
  callback_where: "callback",
  callback_where_again: "callback_again",
};

type Changes = Partial<Conversation>;

/**
 * The state after an entry: the twin of the server's `fold`, held to it by recorded logs.
 * Unlike there a log may have gaps (what this audience may not see), and an entry that is already in is left out.
 */
export function reduce(state: Conversation, entry: Entry): Conversation {
  if (entry.seq <= state.seq) return state;
  const event = plain(entry.event);
  return { ...state, seq: entry.seq, updated_at: entry.at, ...changes(state, event, entry.seq, entry.at) };
}

export function reduceAll(entries: readonly Entry[], from: Conversation = EMPTY): Conversation {
  return entries.reduce(reduce, from);
}

function changes(state: Conversation, event: AnyEvent, seq: number, at: number): Changes {
  switch (event.type) {
    case "customer_message":
      return customerMessage(state, event, seq, at);
    case "bot_message":
      return { preview: { text: cut(event.text), author: "bot", at, seq, kind: "" } };
    case "operator_message":
      return {
        preview: preview(event, "operator", at, seq),
        answered: state.last_input,
        waiting_since: null,
        reminded_at: 0,
      };
    case "system_notice":
      return noticed(event, seq, at);
    case "customer_edited":
    case "operator_edited":
      return edited(state, event.seq, event.text);
    case "message_extended":
      return event.text ? edited(state, event.seq, event.text) : {};
    case "transcribed":
      return event.text ? edited(state, event.seq, event.text) : {};
    case "operator_deleted":
      return edited(state, event.seq, "", "deleted");
    case "endpoint_lost": {
      const lost = [...reachable(state, event.endpoint), event.endpoint.identity];
      return { unreachable: lost.slice(-MAX_CHANNELS) };
    }
    case "endpoint_back":
      return { unreachable: reachable(state, event.endpoint) };
    case "chat_opened":
      return { endpoint: event.endpoint, unreachable: reachable(state, event.endpoint) };
    case "bot_turn":
      return {
        answered: event.upto,
        misses: event.misses ?? 0,
        bot_version: event.version ?? "",
        understood: understood(state, event),
        facts: facts(state, event.facts ?? {}),
        memory: event.memory ?? null,
      };
    case "labelled": {
      const kept = state.labels.filter((one) => !event.removed?.includes(one));
      return { labels: [...new Set([...kept, ...(event.added ?? [])])].slice(0, MAX_LABELS) };
    }
    case "facts_changed":
      return { facts: facts(state, event.facts) };
    case "attributes_set":
      return { attributes: kept({ ...state.attributes, ...event.attributes }, MAX_ATTRIBUTES) };
    case "details_left":
      return { details: kept({ ...state.details, [event.kind]: event.value }) };
    case "consent_given":
      return { consent: event.version };
    case "channel_joined":
      return { endpoint: event.endpoint, channels: channels(state, event.endpoint) };
    case "participant_joined": {
      const joined = { operator: event.operator, role: event.role };
      return {
        participants: [...without(state, event.operator), joined].slice(-MAX_PARTICIPANTS),
        invited: uninvited(state, event.operator),
      };
    }
    case "participant_left":
      return { participants: without(state, event.operator) };
    case "colleague_invited":
      return { invited: [...uninvited(state, event.operator), event.operator].slice(-MAX_INVITED) };
    case "colleague_declined":
      return { invited: uninvited(state, event.operator) };
    case "answers_forwarded":
      return { forwarded: Math.max(state.forwarded, event.upto) };
    case "delivery_replayed":
      return event.since ? { forwarded: Math.min(state.forwarded, event.since - 1) } : {};
    case "rated":
      return { rating: event.score };
    case "wrap_up_extended": {
      const { wrap_up } = state;
      return wrap_up ? { wrap_up: { ...wrap_up, until: event.until ?? 0, extended: true } } : {};
    }
    case "offer_made":
      return { offer: { operator: event.operator, expires_at: event.expires_at } };
    case "offer_ended":
      return { offer: null, passed: passed(state, event, at) };
    case "call_started":
      return {
        preview: { text: "", author: "customer", at, seq, kind: "call" },
        asks: "",
        reminded_at: 0,
        unreachable: reachable(state, event.endpoint),
        ...afterCall(state, event, at),
      };
    case "call_answered":
    case "call_held":
    case "call_resumed":
    case "recording_changed":
    case "call_ended":
      return afterCall(state, event, at);
    case "consult_started":
    case "consult_answered":
    case "consult_declined":
    case "consult_ended":
      return { legs: afterConsult(state.legs, event) };
    case "language_set":
      return { locale: event.locale };
    default: {
      const moved = floorChanges(state, event, seq, at);
      if (moved === null) return {};
      const legs = passedOn(state.legs, moved.owner === undefined ? state.owner : moved.owner);
      return { floor_seq: seq, offer: null, wrap_up: null, legs, ...moved };
    }
  }
}

/** What a change of floor changes; null where the event (perhaps of a newer release) moves no floor. */
function floorChanges(state: Conversation, event: AnyEvent, seq: number, at: number): Changes | null {
  switch (event.type) {
    case "conversation_started":
      return {
        contact: event.contact,
        endpoint: event.endpoint,
        channels: [event.endpoint],
        locale: event.locale,
        page: page(event.page, null, seq),
        answered: seq,
        last_input: seq,
        request: seq,
        outbound: event.outbound ?? false,
        started_at: at,
      };
    case "handoff_requested":
      return {
        status: "queued",
        team: event.team ?? "",
        priority: event.priority ?? 0,
        reason: event.reason,
        cause: event.cause ?? "",
        skills: event.skills ?? {},
        waiting_since: at,
        owner: null,
        misses: 0,
        handoff_seq: seq,
        answered: event.by === "customer" ? state.last_input : state.answered,
      };
    case "handoff_cancelled":
      return {
        status: "pending",
        answered: state.last_input,
        waiting_since: null,
        reason: "",
        cause: "",
        skills: {},
        handoff_seq: 0,
        passed: {},
        callback: null,
      };
    case "taken": {
      const unanswered = state.last_input > state.answered;
      return {
        status: "open",
        passed: {},
        owner: event.operator,
        last_owner: event.operator,
        snoozed_until: null,
        memory: null,
        waiting_since: state.waiting_since === null && unanswered ? at : state.waiting_since,
      };
    }
    case "transferred":
      return event.to
        ? {}
        : {
            status: "queued",
            owner: null,
            team: event.team ?? "",
            skills: {},
            waiting_since: at,
            passed: { [event.by.id]: at },
          };
    case "returned_to_bot":
      return {
        status: "pending",
        owner: null,
        participants: [],
        invited: [],
        waiting_since: null,
        reason: "",
        cause: "",
        skills: {},
        handoff_seq: 0,
        misses: 0,
        memory: null,
        callback: null,
      };
    case "owner_lost":
      return {
        status: "queued",
        owner: null,
        reason: "owner_lost",
        cause: "",
        waiting_since: at,
        passed: { [event.operator.id]: at },
      };
    case "wrap_up_started":
      return { status: "wrap_up", waiting_since: null, wrap_up: wrapUp(state, event) };
    case "wrap_up_cancelled":
      return { status: "open", waiting_since: state.wrap_up?.waiting_since ?? null };
    case "resolved":
      return {
        status: "resolved",
        owner: null,
        participants: [],
        invited: [],
        waiting_since: null,
        resolved_at: at,
        snoozed_until: null,
        continued_in: event.continued_in ?? "",
        request: 0,
        answered: state.last_input,
        asked: [],
        understood: null,
        memory: null,
        passed: {},
        callback: null,
        reminded_at: 0,
      };
    case "callback_promised":
      return promised(state, event, at);
    case "callback_tried":
      return tried(state, event);
    case "snoozed":
      return { status: "snoozed", snoozed_until: event.until, waiting_since: null };
    case "reopened":
      return reopened(state, event, seq, at);
    default:
      return null;
  }
}

/** It rests until then, and is theirs whose task it is. */
function promised(state: Conversation, event: CallbackPromised, at: number): Changes {
  const owner = event.owner ?? null;
  return {
    status: "snoozed",
    snoozed_until: event.due_at,
    waiting_since: null,
    callback: {
      due_at: event.due_at,
      promised_at: state.callback?.promised_at ?? at,
      kind: event.kind ?? "here",
      value: event.value ?? "",
      reason: event.reason ?? "asked",
      owner,
      attempts: state.callback?.attempts ?? 0,
      note: start(event.note),
    },
    owner,
    last_owner: owner ?? state.last_owner,
    passed: {},
    answered: state.last_input,
  };
}

function tried(state: Conversation, event: CallbackTried): Changes {
  if (!state.callback) return {};
  return {
    status: "snoozed",
    snoozed_until: event.again_at,
    waiting_since: null,
    callback: {
      ...state.callback,
      due_at: event.again_at,
      attempts: state.callback.attempts + 1,
      owner: event.by,
      note: start(event.note) || state.callback.note,
    },
  };
}

function start(note: string | undefined): string {
  return [...(note ?? "")].slice(0, NOTE_LENGTH).join("");
}

function noticed(event: SystemNotice, seq: number, at: number): Changes {
  const asks = ASKING[event.notice];
  if (asks) return { asks };
  if (event.notice === "silent") return { reminded_at: at };
  return event.notice === "rating" ? { rating_asked: seq } : {};
}

function reopened(state: Conversation, event: Reopened, seq: number, at: number): Changes {
  const common: Changes = {
    snoozed_until: null,
    resolved_at: null,
    request: state.request || seq,
    rating: 0,
    rating_asked: 0,
  };
  switch (event.to) {
    case "owner":
      return { ...common, status: "open", owner: event.owner ?? null, waiting_since: at };
    case "queue":
      return {
        ...common,
        status: "queued",
        owner: null,
        reason: state.callback ? "callback" : "reopened",
        cause: "",
        skills: {},
        waiting_since: at,
      };
    case "bot":
      return {
        ...common,
        status: "pending",
        owner: null,
        misses: 0,
        reason: "",
        cause: "",
        skills: {},
        handoff_seq: 0,
      };
  }
}

/** Buttons that are no question. */
const SYSTEM_CHOICES = [ASK_FOR_PERSON, BACK_TO_BOT, CALL_BACK, CALL_BACK_HERE];

function customerMessage(state: Conversation, event: CustomerMessage, seq: number, at: number): Changes {
  const said: Changes = {
    preview: preview(event, "customer", at, seq),
    endpoint: answeredAt(state, event),
    unreachable: reachable(state, event.endpoint),
    asks: "",
    reminded_at: 0,
  };
  if (event.closing) return said;
  const waits = (state.status === "open" || state.status === "wrap_up") && state.waiting_since === null;
  const calls = SYSTEM_CHOICES.includes(event.choice ?? "");
  return {
    ...said,
    last_input: seq,
    page: page(event.page, state.page, seq),
    ...(calls ? {} : { asked: [...state.asked, seq].slice(-MAX_ASKED) }),
    ...(waits ? { waiting_since: at } : {}),
  };
}

/** Where they hear us; the last words of a call that has ended are answered where they can still be. */
function answeredAt({ endpoint, legs }: Conversation, { speech, endpoint: from }: CustomerMessage) {
  return speech && !legs.some(({ id }) => id === speech.leg) ? endpoint : from;
}

/** A turn that believed nothing leaves what was understood before. */
function understood(state: Conversation, turn: BotTurn): Understood | null {
  return turn.intents?.length
    ? { seq: turn.upto, intents: turn.intents.slice(0, MAX_GUESSES) }
    : state.understood;
}

function page(from: Page | null | undefined, before: WrittenFrom | null, seq: number): WrittenFrom | null {
  const text = [...(from?.title || from?.url || "")].slice(0, PAGE_LENGTH).join("");
  return text ? { seq, text } : before;
}

type Said = Pick<CustomerMessage, "text" | "files" | "place" | "phone" | "unsupported">;

/** What a list shows of a message: its text, or else what it is and how that is named. */
function preview(
  { text, files, place, phone, unsupported }: Said,
  author: Author,
  at: number,
  seq: number,
): Preview {
  const named = place ? place.title : phone?.number;
  const other = phone ? "phone" : unsupported ? "unsupported" : "";
  return {
    text: cut(text || fileNames(files) || (named ?? "")),
    author,
    at,
    seq,
    kind: files?.length ? files[0]!.kind || "file" : place ? "place" : other,
  };
}

function cut(text: string): string {
  const letters = [...text];
  return letters.length <= PREVIEW_LENGTH ? text : `${letters.slice(0, PREVIEW_LENGTH - 1).join("")}…`;
}

/** The last words say something else now; what was said before them, no list shows. */
function edited({ preview }: Conversation, seq: number, text: string, kind?: Preview["kind"]): Changes {
  return preview?.seq === seq
    ? { preview: { ...preview, text: cut(text), kind: kind ?? preview.kind ?? "" } }
    : {};
}

function reachable(state: Conversation, { identity }: Endpoint): readonly string[] {
  return state.unreachable.filter((one) => one !== identity);
}

/** An offer that was withdrawn is nobody's fault. */
function passed(state: Conversation, event: OfferEnded, at: number): Conversation["passed"] {
  if (event.reason === "withdrawn") return state.passed;
  const others = Object.entries(state.passed).filter(([operator]) => operator !== event.operator.id);
  return Object.fromEntries([...others, [event.operator.id, at] as const].slice(-MAX_PASSED));
}

function facts(state: Conversation, changed: Readonly<Record<string, string>>): Conversation["facts"] {
  return kept({ ...state.facts, ...changed }, MAX_FACTS);
}

/** The last of those that have a value. */
function kept(all: Readonly<Record<string, string>>, most = Infinity): Readonly<Record<string, string>> {
  const left = Object.entries(all).filter(([, value]) => value !== "");
  return Object.fromEntries(left.slice(-most));
}

function channels(state: Conversation, joined: Endpoint): readonly Endpoint[] {
  return [...state.channels.filter((one) => !same(one, joined)), joined].slice(-MAX_CHANNELS);
}

function wrapUp(state: Conversation, event: WrapUpStarted): WrapUp {
  const { until = 0, code = false, seconds = 0, more = "never" } = event;
  return { until, code, seconds, more, extended: false, waiting_since: state.waiting_since };
}

function uninvited(state: Conversation, operator: Person): readonly Person[] {
  return state.invited.filter(({ id }) => id !== operator.id);
}

function without(state: Conversation, operator: Person): readonly Participant[] {
  return state.participants.filter((one) => one.operator.id !== operator.id);
}
