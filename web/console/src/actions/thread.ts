import {
  emptyLog,
  extend,
  position,
  problemCode,
  tailOf,
  type ConsoleFrame,
  type Log,
  type RefusedFrame,
  type SignalFrame,
} from "@switchboard/protocol";
import { followCalls, hearCaption } from "./calling.ts";
import { href, parse } from "../routes.ts";
import { desk } from "../stores/desk.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { actionDone, actionLost, actionRefused, actNow, stopActing } from "./acting.ts";
import { send } from "./line.ts";
import { keepLog, logOf } from "./logs.ts";
import { forgetLookers, hearLooking, tellLooking } from "./looking.ts";
import { showEvent } from "./older.ts";
import { sentence } from "./problems.ts";
import { arrived, letterAcknowledged, letterRefused, sendAll, showLetters } from "./writing.ts";

/** Entries of a long log that come at first; older ones are fetched when they are looked at. */
const TAIL = 200;
const TYPING_LASTS = 6_000;

let typingTimer: ReturnType<typeof setTimeout> | undefined;
let read = 0;

// --- opening -------------------------------------------------------------------------------------------------------

export function openThread(conversation: string): void {
  if (thread.conversation === conversation) return;
  show(conversation);
  toAddress(conversation);
  follow();
}

/** As `openThread`, where another page is before the eyes: its address stays. */
export function openBeneath(conversation: string): void {
  show(conversation);
  follow();
}

/** Closes what is open, and nothing opens yet. Whether something was. */
export function closeThread(): boolean {
  const open = thread.conversation !== "";
  if (open) show("");
  return open;
}

/** The address of a conversation; Back returns from it, to whichever business one was at. */
export function toAddress(conversation: string): void {
  const to = href({ conversation });
  if (location.hash !== to) history.pushState({ business: session.business }, "", to);
}

function show(conversation: string): void {
  if (thread.conversation) send({ type: "unfollow", conversation: thread.conversation });
  thread.conversation = conversation;
  thread.row = desk.rows.find((row) => row.conversation === conversation) ?? null;
  thread.log = logOf(conversation);
  thread.complete = false;
  thread.older = "idle";
  thread.typing = null;
  thread.problem = "";
  thread.form = "";
  thread.needs = null;
  thread.mode = "reply";
  thread.asksForFocus = false;
  thread.spotlight = thread.wanted = 0;
  thread.readByCustomer = 0;
  read = 0;
  thread.dialog = null;
  forgetLookers();
  stopActing();
  showLetters();
}

/** The address was changed by the browser's own buttons. */
export function followAddress(): void {
  openThread(parse(location.hash).conversation);
}

/** After every welcome: the open thread goes on where it stopped, and unsent words go again. */
export function rejoin(): void {
  follow();
  sendAll();
}

function follow(): void {
  const { conversation } = thread;
  if (!conversation) return;
  if (send({ type: "follow", conversation, ...position(logOf(conversation)), tail: TAIL })) tellLooking();
}

/** The line broke: what was asked for and not answered is unknown. */
export function lineLost(): void {
  forgetLookers();
  thread.typing = null;
  actionLost();
}

// --- hearing -------------------------------------------------------------------------------------------------------

export function hearInThread(frame: ConsoleFrame): void {
  switch (frame.type) {
    case "entries":
      keep(extend(logOf(frame.conversation) ?? emptyLog(frame.conversation), frame.entries, frame.through));
      // The answer to `follow` is entries, even where none are new.
      if (frame.conversation === thread.conversation) caughtUp();
      break;
    case "tail":
      keep(tailOf(frame));
      if (frame.conversation === thread.conversation) caughtUp();
      break;
    case "resync":
      keep(emptyLog(frame.conversation));
      break;
    case "ack":
      actionDone(frame.id);
      letterAcknowledged(frame.id, frame.seq);
      break;
    case "refused":
      wasRefused(frame);
      break;
    case "signal":
      if (frame.conversation !== thread.conversation) break;
      if (frame.kind === "typing") hearTyping(frame);
      else if (frame.kind === "looking") hearLooking(frame);
      break;
    case "caption":
      hearCaption(frame.conversation, frame.who, frame.text);
      break;
    case "mark":
      if (frame.conversation === thread.conversation && frame.who === "customer") {
        thread.readByCustomer = Math.max(thread.readByCustomer, frame.seq);
      }
      break;
    case "welcome":
    case "rows":
    case "row":
    case "people":
    case "elsewhere":
    case "pong":
      break;
  }
}

function caughtUp(): void {
  thread.complete = true;
  desk.catchingUp = false;
  if (thread.log) actNow();
  if (thread.wanted > 0) void showEvent(thread.wanted);
  thread.wanted = 0;
}

function keep(log: Log): void {
  keepLog(log);
  arrived(log);
  followCalls(log);
  if (log.conversation !== thread.conversation) return;
  thread.log = log;
  thread.typing = null;
  showLetters();
}

function hearTyping(frame: SignalFrame): void {
  if (frame.who === desk.operator) return;
  clearTimeout(typingTimer);
  thread.typing = frame.on ? { who: frame.who, name: frame.name ?? "", text: frame.text ?? "" } : null;
  typingTimer = setTimeout(() => (thread.typing = null), TYPING_LASTS);
}

function wasRefused({ id, problem }: RefusedFrame): void {
  if (id === "") {
    if (problemCode(problem) === "not_found") {
      stopActing();
      thread.problem = sentence(problem);
      caughtUp();
    }
    return;
  }
  if (!actionRefused(id, problem)) letterRefused(id, problem);
}

// --- telling -------------------------------------------------------------------------------------------------------

export function typing(on: boolean): void {
  if (thread.conversation) send({ type: "typing", conversation: thread.conversation, on });
}

/** The newest entries are before the operator's eyes. */
export function markRead(): void {
  const seq = thread.log?.state.seq ?? 0;
  if (seq <= read || !thread.complete) return;
  if (send({ type: "read", conversation: thread.conversation, seq })) read = seq;
}
