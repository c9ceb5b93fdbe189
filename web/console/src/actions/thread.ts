import {
  emptyLog,
  extend,
  isPassing,
  Outbox,
  position,
  problemCode,
  randomId,
  usable,
  type Letter,
  type Log,
  type Problem,
  type RefusedFrame,
  type SharedFrame,
} from "@switchboard/protocol";
import { href, parse } from "../routes.ts";
import { desk } from "../stores/desk.svelte.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { thread, type Act } from "../stores/thread.svelte.ts";
import type { Written } from "../view/timeline.ts";
import { send } from "./line.ts";

const KEPT_LOGS = 30;
const TYPING_LASTS = 6_000;
const TRY_AGAIN_AFTER = 5_000;

const outbox = new Outbox<Written>(
  usable(() => sessionStorage),
  "switchboard:console:outbox:",
);
/** Logs of conversations seen lately: going back to one shows it at once and replays only what is new. */
const logs = new Map<string, Log>();
/** Acknowledged, but the entry is still to come: shown as sent until then. */
const acked = new Map<string, Letter<Written>>();
let acting: { readonly id: string; readonly act: Act } | null = null;
let typingTimer: ReturnType<typeof setTimeout> | undefined;
let read = 0;

// --- opening -------------------------------------------------------------------------------------------------------

export function openThread(conversation: string): void {
  if (thread.conversation === conversation) return;
  if (thread.conversation) send({ type: "unfollow", conversation: thread.conversation });
  thread.conversation = conversation;
  thread.row = desk.rows.find((row) => row.conversation === conversation) ?? null;
  thread.log = logs.get(conversation) ?? null;
  thread.complete = false;
  thread.typing = null;
  thread.acting = acting = null;
  thread.problem = "";
  thread.mode = "reply";
  thread.asksForFocus = false;
  thread.spotlight = 0;
  thread.readByCustomer = 0;
  read = 0;
  showLetters();
  if (location.hash !== href({ conversation })) history.pushState(null, "", href({ conversation }));
  follow();
}

/** The address was changed by the browser's own buttons. */
export function followAddress(): void {
  openThread(parse(location.hash).conversation);
}

/** After every welcome: the open thread goes on where it stopped, and unsent words go again. */
export function rejoin(): void {
  follow();
  for (const letter of outbox.due()) post(letter);
}

function follow(): void {
  const { conversation } = thread;
  if (!conversation) return;
  send({ type: "follow", conversation, ...position(logs.get(conversation) ?? null) });
}

/** The line broke: what was asked for and not answered is unknown. */
export function lineLost(): void {
  thread.typing = null;
  if (acting) thread.problem = preferences.say("problem.lost");
  thread.acting = acting = null;
}

// --- hearing -------------------------------------------------------------------------------------------------------

export function hearInThread(frame: SharedFrame): void {
  switch (frame.type) {
    case "entries":
      keep(
        extend(logs.get(frame.conversation) ?? emptyLog(frame.conversation), frame.entries, frame.through),
      );
      // The answer to `follow` is entries, even where none are new.
      if (frame.conversation === thread.conversation) caughtUp();
      break;
    case "resync":
      keep(emptyLog(frame.conversation));
      break;
    case "ack":
      acknowledged(frame.id, frame.seq);
      break;
    case "refused":
      wasRefused(frame);
      break;
    case "signal":
      if (frame.conversation === thread.conversation && frame.kind === "typing") hearTyping(frame);
      break;
    case "mark":
      if (frame.conversation === thread.conversation && frame.who === "customer") {
        thread.readByCustomer = Math.max(thread.readByCustomer, frame.seq);
      }
      break;
    case "pong":
      break;
  }
}

function caughtUp(): void {
  thread.complete = true;
  desk.catchingUp = false;
}

function keep(log: Log): void {
  logs.delete(log.conversation);
  logs.set(log.conversation, log);
  if (logs.size > KEPT_LOGS) logs.delete(logs.keys().next().value!);
  for (const { event } of log.entries) {
    if ((event.type === "operator_message" || event.type === "note_added") && event.client_id) {
      outbox.drop(event.client_id);
      acked.delete(event.client_id);
    }
  }
  if (log.conversation !== thread.conversation) return;
  thread.log = log;
  thread.typing = null;
  showLetters();
}

function hearTyping(frame: { readonly who: string; readonly name?: string; readonly on: boolean }): void {
  if (frame.who === desk.operator) return;
  clearTimeout(typingTimer);
  thread.typing = frame.on ? { who: frame.who, name: frame.name ?? "" } : null;
  typingTimer = setTimeout(() => (thread.typing = null), TYPING_LASTS);
}

// --- writing -------------------------------------------------------------------------------------------------------

export function write(text: string): void {
  const { conversation, mode: verb, log } = thread;
  const words = text.trim();
  if (!conversation || !words) return;
  const body = { conversation, verb, text: words, floor_seq: log?.state.floor_seq ?? 0 };
  post(outbox.put(randomId(), Date.now(), body));
  showLetters();
}

/** Under a new id: the refused one was never stored, and the floor may be another now. */
export function resend(id: string, verb?: Written["verb"]): void {
  const letter = outbox.get(id);
  if (!letter) return;
  outbox.drop(id);
  const body = {
    ...letter.body,
    verb: verb ?? letter.body.verb,
    floor_seq: thread.log?.state.floor_seq ?? 0,
  };
  post(outbox.put(randomId(), Date.now(), body));
  showLetters();
}

export function discard(id: string): void {
  outbox.drop(id);
  showLetters();
}

export function typing(on: boolean): void {
  if (thread.conversation) send({ type: "typing", conversation: thread.conversation, on });
}

/** The newest entries are before the operator's eyes. */
export function markRead(): void {
  const seq = thread.log?.state.seq ?? 0;
  if (seq <= read || !thread.complete) return;
  if (send({ type: "read", conversation: thread.conversation, seq })) read = seq;
}

function post({ id, body }: Letter<Written>): void {
  const { conversation, verb, text, floor_seq } = body;
  const words = verb === "reply" ? { id, text, floor_seq } : { id, text };
  send({ type: "command", id, verb, conversation, body: words });
}

function showLetters(): void {
  const all = [...acked.values(), ...outbox.all()];
  thread.letters = all.filter((letter) => letter.body.conversation === thread.conversation);
}

// --- acting --------------------------------------------------------------------------------------------------------

export function act(verb: Act): void {
  const { conversation, log } = thread;
  // Taking needs no log: whoever presses the keys faster than it loads is not left waiting.
  if (!conversation || acting || (verb !== "take" && !log)) return;
  thread.problem = "";
  const id = randomId();
  const floor_seq = log?.state.floor_seq ?? 0;
  const body = verb === "take" ? {} : verb === "resolve" ? { floor_seq, code: "" } : { floor_seq };
  if (!send({ type: "command", id, verb, conversation, body })) {
    thread.problem = preferences.say("problem.offline");
    return;
  }
  acting = { id, act: verb };
  thread.acting = verb;
}

function acknowledged(id: string, seq: number): void {
  if (acting?.id === id) thread.acting = acting = null;
  const letter = outbox.get(id);
  outbox.drop(id);
  const conversation = letter?.body.conversation ?? "";
  if (letter && (logs.get(conversation)?.through ?? 0) < seq) acked.set(id, letter);
  showLetters();
}

function wasRefused({ id, problem }: RefusedFrame): void {
  const said = sentence(problem);
  if (id === "") {
    if (problemCode(problem) === "not_found") {
      thread.problem = said;
      caughtUp();
    }
    return;
  }
  if (acting?.id === id) {
    thread.acting = acting = null;
    thread.problem = said;
    return;
  }
  if (isPassing(problem)) {
    setTimeout(() => {
      const letter = outbox.get(id);
      if (letter?.error === null) post(letter);
    }, TRY_AGAIN_AFTER);
    return;
  }
  outbox.fail(id, said);
  showLetters();
}

/** Our own words for what happens often; the server's for the rest. */
function sentence(problem: Problem): string {
  const { say } = preferences;
  switch (problemCode(problem)) {
    case "taken":
      return problem.owner ? say("problem.taken", { name: problem.owner }) : say("problem.taken_someone");
    case "stale_floor":
      return say("problem.stale_floor");
    case "not_owner":
      return say("problem.not_owner");
    case "not_possible":
      return say("problem.not_possible");
    case "signed_out":
    case "forbidden":
      return say("problem.forbidden");
    default:
      return problem.detail || problem.title || say("problem.unknown");
  }
}
