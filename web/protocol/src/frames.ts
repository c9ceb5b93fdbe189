import type { Callback, Conversation, Status, WrapUp } from "./reduce.ts";
import type { Button, Entry, Fault, Offer, Page, Person, Preview } from "./types.ts";

/** RFC 9457, with our own further fields. `type` ends in the stable code. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly status: number;
  /** What would be taken, where that is why. */
  readonly limit?: number;
  /** Whom the conversation belongs to, where that is why. */
  readonly owner?: string;
  /** Until when it is so (µs), where that has an end. */
  readonly until?: number;
  /** Which field it is about. */
  readonly field?: string;
  /** Which form has to be filled in before. */
  readonly form?: string;
  /** What it is exactly, where the code alone says too little. */
  readonly fault?: Fault;
}

export function problemCode(problem: Problem): string {
  return problem.type.slice(problem.type.lastIndexOf("/") + 1);
}

/** Whether the same request may succeed later as it is. */
export function isPassing(problem: Problem): boolean {
  return problem.status === 503 || problem.status === 429;
}

// --- both sockets --------------------------------------------------------------------------------------------------

export interface EntriesFrame {
  readonly type: "entries";
  readonly conversation: string;
  readonly through: number;
  readonly entries: readonly Entry[];
}
export interface AckFrame {
  readonly type: "ack";
  readonly id: string;
  readonly conversation: string;
  readonly seq: number;
}
export interface RefusedFrame {
  readonly type: "refused";
  readonly id: string;
  readonly problem: Problem;
}
export interface ResyncFrame {
  readonly type: "resync";
  readonly conversation: string;
}
export interface SignalFrame {
  readonly type: "signal";
  readonly conversation: string;
  readonly kind: string;
  readonly who: string;
  readonly name?: string;
  readonly on: boolean;
  /** What a customer has typed so far, told to who talks with them alone. */
  readonly text?: string;
}
export interface MarkFrame {
  readonly type: "mark";
  readonly conversation: string;
  readonly who: string;
  readonly seq: number;
}
export type SharedFrame =
  EntriesFrame | AckFrame | RefusedFrame | ResyncFrame | SignalFrame | MarkFrame | { readonly type: "pong" };

/** How far each side has read; a side that has read nothing may be missing. */
export type Marks = Readonly<Partial<Record<"customer" | "people", number>>>;

// --- the customer's ------------------------------------------------------------------------------------------------

export interface WidgetHello {
  readonly type: "hello";
  readonly inbox: string;
  readonly token: string;
  readonly locale: string;
  readonly page: Page;
  readonly conversation: string | null;
  readonly last_seq: number;
  readonly last_event_id: string;
  /** The page's signed word of who this is, or "". */
  readonly user: string;
  /** What else the page says of them; nobody vouches for it. */
  readonly attributes: Readonly<Record<string, string>>;
}
export interface WidgetMessage {
  readonly type: "message";
  readonly id: string;
  readonly text: string;
  readonly choice: string;
  /** What was uploaded before; with files the text may be empty. */
  readonly files?: readonly string[];
  /** The version of the consent text that was agreed to. */
  readonly consent?: string;
  /** The invitation that this answers. */
  readonly invitation?: string;
}
/** What a customer does beside writing. */
export type WidgetAct =
  | { readonly type: "rate"; readonly score: number; readonly comment: string }
  | { readonly type: "rate_answer"; readonly seq: number; readonly helpful: boolean }
  | { readonly type: "end" }
  | { readonly type: "transcript"; readonly email: string }
  | { readonly type: "details"; readonly kind: DetailKind; readonly value: string };
/** An act or the page's attributes, acknowledged as a message is. */
export type ActFrame = (
  WidgetAct | { readonly type: "attributes"; readonly attributes: Readonly<Record<string, string>> }
) & { readonly id: string };
export type DetailKind = "phone" | "email" | "messenger";
/** Asks for a link to a file of the conversation. */
export interface LinkWanted {
  readonly type: "link";
  readonly id: string;
  readonly file: string;
}
export interface LinkFrame extends LinkWanted {
  /** A path on the server. */
  readonly url: string;
  /** Microseconds. */
  readonly until: number;
}
export interface WidgetWelcome {
  readonly type: "welcome";
  readonly inbox: {
    readonly name: string;
    readonly business: string;
    readonly color: string;
    readonly greeting: string;
    readonly starters: readonly Button[];
    readonly locales: readonly string[];
    /** Bytes that a file may have. */
    readonly file_limit?: number;
    /** Whoever talks with the customer sees what they type. */
    readonly live_draft?: boolean;
    /** The customer can call. */
    readonly calls?: boolean;
  };
  /** What must be agreed to before the next message. */
  readonly consent?: { readonly version: string; readonly text: string } | null;
  /** Whether somebody is there to answer. */
  readonly available?: boolean;
  /** What was said can be had by e-mail. */
  readonly mail?: boolean;
  /** The conversation can go on in Telegram. */
  readonly telegram?: boolean;
  /** What is written isn't taken, until then; `until` is null where that has no end. */
  readonly blocked?: { readonly until: number | null } | null;
  readonly conversation: string | null;
  readonly status: Status | null;
  readonly owner: { readonly name: string; readonly picture?: string } | null;
  readonly history: readonly { readonly conversation: string; readonly resolved_at: number }[];
  readonly marks: Marks;
}
/** Where the customer stands in the queue, and from when to when it may be their turn; null where it can't honestly be said. */
export interface QueueFrame {
  readonly type: "queue";
  readonly conversation: string;
  readonly position: number;
  readonly about_seconds: number | null;
  readonly upto_seconds: number | null;
  readonly available: boolean;
}
/** A link to go on in a messenger: good once, until `until`; `qr` is the same as an SVG picture. */
export interface ContinueFrame {
  readonly type: "continue";
  readonly id: string;
  readonly url: string;
  readonly qr: string;
  readonly until: number;
}
/** A call has begun: its sound may come, by these servers where no direct way is open. */
export interface CallFrame {
  readonly type: "call";
  readonly id: string;
  readonly conversation: string;
  readonly leg: string;
  readonly ice: readonly IceServer[];
}
export interface IceServer {
  readonly urls: string;
  readonly username?: string;
  readonly credential?: string;
}
/** An offer, and the answer to it. */
export interface SoundFrame {
  readonly type: "sound";
  readonly id: string;
  readonly leg: string;
  readonly sdp: string;
}
/** What somebody has said so far in a call; it will be a message. */
export interface CaptionFrame {
  readonly type: "caption";
  readonly conversation: string;
  readonly leg: string;
  /** "customer", or whoever talks with them. */
  readonly who: string;
  readonly text: string;
}

export type WidgetFrame =
  | WidgetWelcome
  | LinkFrame
  | ContinueFrame
  | QueueFrame
  | CallFrame
  | SoundFrame
  | CaptionFrame
  | SharedFrame;

/** Payloads that the core itself understands. */
export const ASK_FOR_PERSON = "/switchboard.operator";
export const BACK_TO_BOT = "/switchboard.bot";
export const CALL_BACK = "/switchboard.callback";
export const CALL_BACK_HERE = "/switchboard.callback.here";

// --- the console's -------------------------------------------------------------------------------------------------

export type View = "mine" | "unassigned" | "all" | "resolved" | "callbacks";
export type Counts = Readonly<Record<"mine" | "unassigned" | "all" | "callbacks", number>>;
export type Verb =
  | "take"
  | "accept"
  | "decline"
  | "reply"
  | "note"
  | "edit_reply"
  | "delete_reply"
  | "return_to_bot"
  | "resolve"
  | "transfer"
  | "snooze"
  | "callback"
  | "callback_tried"
  | "facts"
  | "label"
  | "more_time"
  | "resume"
  | "invite"
  | "join"
  | "leave"
  | "decline_invitation"
  | "accept_consult"
  | "decline_consult"
  | "run_macro";

export interface Row {
  readonly conversation: string;
  readonly seq: number;
  readonly contact: { readonly id: string; readonly name: string };
  readonly channel: string;
  readonly status: Status;
  readonly owner: Person | null;
  readonly team: string;
  readonly preview: Preview | null;
  readonly waiting_since: number | null;
  readonly unread: boolean;
  readonly locale: string;
  /** Ids. */
  readonly labels: readonly string[];
  readonly updated_at: number;
  readonly reason: string;
  /** It is reserved for somebody, for a while. */
  readonly offer?: Offer | null;
  /** What was promised to the customer and isn't done. */
  readonly callback?: Callback | null;
  /** Its owner's time after the talk. */
  readonly wrap_up?: WrapUp | null;
  /** Accounts of those whom its owner asks to join, and of those who did. */
  readonly invited?: readonly string[];
  readonly joined?: readonly string[];
  /** They are asked about a caller, who is on hold meanwhile. */
  readonly consult?: {
    readonly leg: string;
    readonly by: Person;
    readonly until: number;
    readonly asked: readonly string[];
    readonly colleague: string;
  } | null;
}

export interface ConsoleWelcome {
  readonly type: "welcome";
  readonly business: { readonly id: string; readonly name: string; readonly locales: readonly string[] };
  readonly businesses: readonly {
    readonly id: string;
    readonly name: string;
    readonly role: string;
    readonly color: string;
  }[];
  readonly me: { readonly id: string; readonly name: string; readonly role: string; readonly locale: string };
  readonly now: number;
  /** Bytes of a file, at most. */
  readonly file_limit: number;
}
/** A page of a view. */
/** What of a view is shown; what is left out is open. Ids, and a channel's name. */
export interface Filter {
  readonly label?: string;
  readonly team?: string;
  readonly owner?: string;
  readonly channel?: string;
}

export interface RowsFrame {
  readonly type: "rows";
  readonly view: View;
  readonly filter: Filter;
  /** Where the page begins, as it was asked for; "" is the begin of the view. */
  readonly before: string;
  readonly rows: readonly Row[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
  readonly counts: Counts;
}
/** A colleague's note names the operator. */
export interface MentionedFrame {
  readonly type: "mentioned";
  readonly conversation: string;
  readonly seq: number;
  readonly by: string;
  /** Another one than the console shows, or "". */
  readonly business?: string;
}
export interface OtherBusiness {
  readonly id: string;
  readonly name: string;
  readonly color: string;
}
/** All that calls the operator at a business that the console does not show, the most pressing first. */
export interface ElsewhereFrame {
  readonly type: "elsewhere";
  readonly business: OtherBusiness;
  readonly rows: readonly Row[];
  /** Own customers who wait for an answer. */
  readonly waiting: number;
  /** Whoever waits where people pick for themselves. */
  readonly queued: number;
}
/** Somebody changed this part of the set-up. */
export interface SetUpFrame {
  readonly type: "set_up";
  readonly what: string;
}
export interface RowFrame {
  readonly type: "row";
  readonly rows: readonly Row[];
  /** Left out where they did not change. */
  readonly counts?: Counts | null;
}
export interface CommandFrame {
  readonly type: "command";
  readonly id: string;
  readonly verb: Verb;
  readonly conversation: string;
  readonly body: Readonly<Record<string, unknown>>;
}
/** The end of a long log from `since` on, and the state that all of it folds to: it replaces what is held of it. */
export interface TailFrame {
  readonly type: "tail";
  readonly conversation: string;
  /** What has its default may be left out. */
  readonly state: Partial<Conversation>;
  readonly since: number;
  readonly through: number;
  readonly entries: readonly Entry[];
}
/** Who works for the business: all of them at first, then whoever changed. */
export interface PeopleFrame {
  readonly type: "people";
  readonly people: readonly Face[];
}
export interface Face extends Person {
  readonly state: "online" | "busy" | "away" | "offline";
  /** Of a break; `missed` where offers passed by and they were set away for it. */
  readonly reason?: string;
}
export type ConsoleFrame =
  | ConsoleWelcome
  | RowsFrame
  | RowFrame
  | TailFrame
  | PeopleFrame
  | SharedFrame
  | MentionedFrame
  | ElsewhereFrame
  | SetUpFrame
  | CaptionFrame;
