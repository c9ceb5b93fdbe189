import {
  isPassing,
  Outbox,
  randomId,
  usable,
  type Endpoint,
  type Letter,
  type Log,
  type Place,
  type Problem,
} from "@switchboard/protocol";
import { wayOf } from "../view/replies.ts";
import { command } from "../api/conversations.ts";
import { Refused, UNREACHABLE } from "../api/http.ts";
import type { Macro, Thing } from "../api/setup.ts";
import { catalogue } from "../stores/catalogue.svelte.ts";
import { attached, writingOf, type Way, type Writing } from "../stores/composer.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { call } from "../stores/call.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { mentioned } from "../view/completion.ts";
import type { MessageItem, Written } from "../view/timeline.ts";
import { send } from "./line.ts";
import { logOf } from "./logs.ts";
import { explained } from "./collisions.ts";

const TRY_AGAIN_AFTER = 5_000;
/** Milliseconds in which what was sent can be taken back. */
const UNDO_WITHIN = 3_000;
/** Milliseconds in which what is sent has arrived, unless the line is down. */
const ARRIVES_WITHIN = 4_000;

const outbox = new Outbox<Written>(
  usable(() => sessionStorage),
  "switchboard:console:outbox:",
);
/** Acknowledged, but the entry is still to come: shown as sent until then. */
const acked = new Map<string, Letter<Written> & { readonly seq: number }>();
/** What can still be taken back. A page that goes meanwhile sends it when it comes again. */
const held = new Map<string, ReturnType<typeof setTimeout>>();

/** Sends what was written in the open conversation; a reply waits for its files. */
export function write(writing: Writing): void {
  const { mode, log } = thread;
  if (mode === "note") return writeNote(writing);
  if (writing.editing) return saveEdit(writing);
  const way = { floor_seq: log?.state.floor_seq ?? 0, endpoint: chosen(writing, log) };
  if (writing.uploading) writing.wish = way;
  else writeReply(writing, way);
}

/** A file of the reply is there. What was to go with it goes now, also when another conversation is open. */
export function uploaded(writing: Writing): void {
  if (writing.wish && !writing.uploading) writeReply(writing, writing.wish);
}

function writeReply(writing: Writing, way: Way): void {
  const { account, conversation, answers, ready: files } = writing;
  const text = writing.texts.reply.trim();
  writing.wish = null;
  if (!text && files.length === 0) return;
  writing.texts.reply = "";
  writing.files = writing.files.filter(({ stored }) => stored === null);
  writing.answers = null;
  writing.keep();
  hold({ account, conversation, verb: "reply", text, files, ...way, answers });
}

function writeNote(writing: Writing): void {
  const { account, conversation } = writing;
  const text = writing.texts.note.trim();
  if (!text) return;
  const floor_seq = thread.log?.state.floor_seq ?? 0;
  const mentions = mentioned(text, catalogue.colleagues);
  writing.texts.note = "";
  writing.keep();
  hold({ account, conversation, verb: "note", text, floor_seq, mentions });
}

/** Sends words that stand ready to the open conversation; what is being written stays. */
export function sendText(writing: Writing, text: string): void {
  const { account, conversation } = writing;
  const { log } = thread;
  const floor_seq = log?.state.floor_seq ?? 0;
  hold({ account, conversation, verb: "reply", text, endpoint: chosen(writing, log), floor_seq });
}

/** Sends a place to the open conversation, as an answer to what is being answered. */
export function writePlace(writing: Writing, place: Place): void {
  const { account, conversation, answers } = writing;
  const { log } = thread;
  const floor_seq = log?.state.floor_seq ?? 0;
  writing.answers = null;
  hold({
    account,
    conversation,
    verb: "reply",
    text: "",
    endpoint: chosen(writing, log),
    floor_seq,
    answers,
    place,
  });
}

/** All that a macro says, once it can't be taken back any more. */
export function runMacro({ account, conversation }: Writing, { id, value }: Thing<Macro>): void {
  const floor_seq = thread.log?.state.floor_seq ?? 0;
  hold({ account, conversation, verb: "run_macro", text: value.name, floor_seq, macro: id });
}

function hold(body: Written): void {
  const { id } = outbox.put(randomId(), Date.now(), { ...body, business: session.business });
  held.set(
    id,
    setTimeout(() => release(id), UNDO_WITHIN),
  );
  showLetters();
}

/** An own message comes into the composer to be changed; what had been begun there waits. */
export function beginEdit(writing: Writing, item: MessageItem): void {
  const draft = writing.reply;
  writing.editing = { seq: item.seq, was: item.text ?? "", draft, files: item.files.length > 0 };
  writing.texts.reply = item.text ?? "";
  thread.mode = "reply";
  thread.asksForFocus = true;
}

export function endEdit(writing: Writing): void {
  if (!writing.editing) return;
  writing.texts.reply = writing.editing.draft;
  writing.editing = null;
  writing.keep();
}

function saveEdit(writing: Writing): void {
  const { account, conversation, editing } = writing;
  const text = writing.texts.reply.trim();
  if (!editing || (!text && !editing.files)) return;
  endEdit(writing);
  if (text !== editing.was) change({ account, conversation, verb: "edit_reply", text, seq: editing.seq });
}

/** Takes an own message back from the customer. */
export function deleteReply(writing: Writing, seq: number): void {
  const { account, conversation } = writing;
  if (writing.editing?.seq === seq) endEdit(writing);
  change({ account, conversation, verb: "delete_reply", text: "", seq });
}

/** The last word on a message is the one that counts: what was refused of it before is given up. */
function change(body: Omit<Written, "floor_seq">): void {
  for (const { id, body: one, error } of outbox.all()) {
    if (error !== null && one.seq === body.seq && one.conversation === body.conversation) outbox.drop(id);
  }
  post(outbox.put(randomId(), Date.now(), { ...body, business: session.business, floor_seq: 0 }));
  showLetters();
}

/** Takes back what is held: into the composer it goes again, before what was begun since. */
export function takeBack(id: string): void {
  const letter = held.has(id) ? outbox.get(id) : undefined;
  if (!letter) return;
  stopHolding(id);
  outbox.drop(id);
  if (letter.body.verb === "run_macro") return showLetters();
  const { account = "", conversation, text, files, answers = null } = letter.body;
  const verb = letter.body.verb === "note" ? "note" : "reply";
  const writing = writingOf(account, conversation);
  if (verb === "reply") endEdit(writing);
  writing.answers ??= answers;
  writing.texts[verb] = [text, writing.texts[verb]].filter(Boolean).join("\n");
  writing.files = [...(files ?? []).map(attached), ...writing.files];
  writing.keep();
  thread.mode = verb;
  thread.asksForFocus = true;
  showLetters();
}

/** Takes back the last of what can be; whether there was any. */
export function undo(): boolean {
  const last = thread.letters.findLast(({ id }) => held.has(id));
  if (last) takeBack(last.id);
  return last !== undefined;
}

/** What comes next must not overtake what is held. */
export function releaseAll(conversation: string): void {
  for (const id of [...held.keys()]) {
    if (outbox.get(id)?.body.conversation === conversation) release(id);
  }
}

/** Sends what is held in these conversations, and waits until it has arrived, for a while; where it has not. */
export async function sendAtOnce(conversations: readonly string[]): Promise<ReadonlySet<string>> {
  const wanted = new Set(conversations);
  for (const conversation of wanted) releaseAll(conversation);
  const due = () => outbox.due().filter((letter) => isOwn(letter) && wanted.has(letter.body.conversation));
  const until = Date.now() + ARRIVES_WITHIN;
  while (due().length > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  return new Set(due().map(({ body }) => body.conversation));
}

/** Under a new id: the refused one was never stored, and the floor may be another now. */
export function resend(id: string, verb?: Written["verb"]): void {
  const letter = outbox.get(id);
  if (!letter) return;
  outbox.drop(id);
  const floor_seq = thread.log?.state.floor_seq ?? 0;
  const body = { ...letter.body, verb: verb ?? letter.body.verb, floor_seq };
  post(outbox.put(randomId(), Date.now(), body));
  showLetters();
}

export function discard(id: string): void {
  outbox.drop(id);
  showLetters();
}

/** After every welcome: unsent words go again. */
export function sendAll(): void {
  for (const letter of outbox.due()) if (isOwn(letter) && !held.has(letter.id)) post(letter);
  showLetters();
}

export function showLetters(): void {
  const all = [...acked.values(), ...outbox.all()];
  thread.letters = all.filter((letter) => letter.body.conversation === thread.conversation && isOwn(letter));
  thread.held = new Set(held.keys());
}

/** What the log holds is no letter any more. */
export function arrived(log: Log): void {
  for (const { event } of log.entries) {
    if ("client_id" in event && event.client_id && event.type !== "customer_message") {
      outbox.drop(event.client_id);
      acked.delete(event.client_id);
    }
  }
  for (const [id, { body, seq }] of acked) {
    if (body.seq && body.conversation === log.conversation && seq <= log.through) acked.delete(id);
  }
}

export function letterAcknowledged(id: string, seq: number): void {
  const letter = outbox.get(id);
  if (!letter) return;
  outbox.drop(id);
  if ((logOf(letter.body.conversation)?.through ?? 0) < seq) acked.set(id, { ...letter, seq });
  showLetters();
}

export function letterRefused(id: string, problem: Problem): void {
  if (isPassing(problem) || problem === UNREACHABLE) {
    setTimeout(() => {
      const letter = outbox.get(id);
      if (letter?.error === null) post(letter);
    }, TRY_AGAIN_AFTER);
    return;
  }
  const conversation = outbox.get(id)?.body.conversation ?? "";
  if (problem.form && conversation === thread.conversation) thread.form = problem.form;
  outbox.fail(id, explained(problem, logOf(conversation) ?? null));
  showLetters();
}

function release(id: string): void {
  stopHolding(id);
  const letter = outbox.get(id);
  if (letter) post(letter);
  showLetters();
}

function stopHolding(id: string): void {
  clearTimeout(held.get(id));
  held.delete(id);
}

function isOwn({ body }: Letter<Written>): boolean {
  return !body.account || body.account === session.account;
}

/** The channel that was chosen, unless it is the one that replies go to anyway. */
function chosen({ endpoint }: Writing, log: Log | null): Endpoint | null {
  const talking = call.state === "on" && call.conversation === log?.conversation;
  return log ? wayOf(log.state, endpoint, talking) : null;
}

/** By the line where that is of its business; whoever went on to another one meanwhile has it sent there all the same. */
function post({ id, body }: Letter<Written>): void {
  const { business = session.business, conversation, verb } = body;
  // What was written before the conversation had been read meets the floor that is known by now.
  const floor_seq = body.floor_seq || (logOf(conversation)?.state.floor_seq ?? 0);
  const content = { id, ...said({ ...body, floor_seq }) };
  if (business === session.business) send({ type: "command", id, verb, conversation, body: content });
  else {
    command(business, conversation, verb, content).then(
      ({ seq }) => letterAcknowledged(id, seq),
      (error: unknown) => letterRefused(id, error instanceof Refused ? error.problem : UNREACHABLE),
    );
  }
}

/** What the verb needs beside the id. */
function said({ verb, text, files, endpoint, floor_seq, answers, place, seq, macro, mentions }: Written) {
  switch (verb) {
    case "reply":
      return {
        text,
        floor_seq,
        ...(files?.length ? { files: files.map((file) => file.id) } : {}),
        ...(endpoint ? { endpoint } : {}),
        ...(answers?.seq ? { reply_to: answers.seq } : {}),
        ...(place ? { place } : {}),
      };
    case "note":
      return { text, ...(mentions?.length ? { mentions } : {}) };
    case "run_macro":
      return { macro, floor_seq };
    case "edit_reply":
      return { seq, text };
    case "delete_reply":
      return { seq };
  }
}
