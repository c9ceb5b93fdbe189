import {
  isPassing,
  Outbox,
  randomId,
  usable,
  type Letter,
  type Log,
  type Problem,
} from "@switchboard/protocol";
import { thread } from "../stores/thread.svelte.ts";
import type { Written } from "../view/timeline.ts";
import { send } from "./line.ts";
import { logOf } from "./logs.ts";
import { sentence } from "./problems.ts";

const TRY_AGAIN_AFTER = 5_000;

const outbox = new Outbox<Written>(
  usable(() => sessionStorage),
  "switchboard:console:outbox:",
);
/** Acknowledged, but the entry is still to come: shown as sent until then. */
const acked = new Map<string, Letter<Written>>();

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
  const floor_seq = thread.log?.state.floor_seq ?? 0;
  post(outbox.put(randomId(), Date.now(), { ...letter.body, verb: verb ?? letter.body.verb, floor_seq }));
  showLetters();
}

export function discard(id: string): void {
  outbox.drop(id);
  showLetters();
}

/** After every welcome: unsent words go again. */
export function sendAll(): void {
  for (const letter of outbox.due()) post(letter);
}

export function showLetters(): void {
  const all = [...acked.values(), ...outbox.all()];
  thread.letters = all.filter((letter) => letter.body.conversation === thread.conversation);
}

/** What the log holds is no letter any more. */
export function arrived(log: Log): void {
  for (const { event } of log.entries) {
    if ((event.type === "operator_message" || event.type === "note_added") && event.client_id) {
      outbox.drop(event.client_id);
      acked.delete(event.client_id);
    }
  }
}

export function letterAcknowledged(id: string, seq: number): void {
  const letter = outbox.get(id);
  if (!letter) return;
  outbox.drop(id);
  if ((logOf(letter.body.conversation)?.through ?? 0) < seq) acked.set(id, letter);
  showLetters();
}

export function letterRefused(id: string, problem: Problem): void {
  if (isPassing(problem)) {
    setTimeout(() => {
      const letter = outbox.get(id);
      if (letter?.error === null) post(letter);
    }, TRY_AGAIN_AFTER);
    return;
  }
  outbox.fail(id, sentence(problem));
  showLetters();
}

function post({ id, body }: Letter<Written>): void {
  const { conversation, verb, text, floor_seq } = body;
  const words = verb === "reply" ? { id, text, floor_seq } : { id, text };
  send({ type: "command", id, verb, conversation, body: words });
}
