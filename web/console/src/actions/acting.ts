import { randomId, type Problem } from "@switchboard/protocol";
import { catalogue } from "../stores/catalogue.svelte.ts";
import { desk } from "../stores/desk.svelte.ts";
import { may } from "../stores/may.svelte.ts";
import { writingOf } from "../stores/composer.svelte.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { thread, type Act } from "../stores/thread.svelte.ts";
import { send } from "./line.ts";
import { explained } from "./collisions.ts";
import { releaseAll } from "./writing.ts";

const beside = new Set<string>();
/** What is promised, or taken, is judged by whose it is, not by what the screen showed. */
const UNFENCED: readonly Act[] = ["take", "callback"];
type Further = Readonly<Record<string, unknown>>;
let acting: {
  readonly id: string;
  readonly act: Act;
  readonly further: Further;
  readonly done: () => void;
  readonly again: () => void;
} | null = null;
/** What was pressed before the conversation had been read, which its floor is known by; it is done then. */
let early: (() => void) | null = null;

/** Something was begun in the open conversation that nobody has got. */
export function isUnsent(): boolean {
  const writing = writingOf(session.account, thread.conversation);
  return writing.unsent || thread.letters.some(({ error }) => error !== null);
}

/** Does it, or asks first what it needs, or whether what is unsent may stay behind. */
export function want(verb: Act): void {
  if (verb === "resolve") wantToResolve();
  else if (verb === "transfer" || verb === "snooze") thread.dialog = verb;
  else act(verb);
}

/** The code is asked for in the time after the talk, where the business wants that, else at once. */
function wantToResolve(): void {
  if (may.wrapsUp) thread.asksForFocus = true;
  else if (isUnsent()) thread.dialog = "resolve";
  else if (may.leadsThroughWrapUp) wrapUp();
  else if (catalogue.activeCodes.length > 0) thread.dialog = "resolve";
  else act("resolve");
}

/** The talk is over; what came of it is noted next. */
export function wrapUp(): void {
  act("resolve", { wrap_up: true }, () => (thread.asksForFocus = true));
}

/** Labels concern no floor: they wait for nothing and hold nothing up. */
export function changeLabels(change: {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}): void {
  sendBeside("label", thread.conversation, change);
}

/** Corrects what is known of the matter; an empty value takes a fact away. */
export function changeFacts(facts: Readonly<Record<string, string>>): boolean {
  return sendBeside("facts", thread.conversation, { facts });
}

/** A command that waits for nothing and holds nothing up; whether it left. */
export function sendBeside(
  verb:
    | "label"
    | "facts"
    | "decline"
    | "join"
    | "leave"
    | "decline_invitation"
    | "accept_consult"
    | "decline_consult",
  conversation: string,
  body: Readonly<Record<string, unknown>> = {},
): boolean {
  const id = randomId();
  if (!send({ type: "command", id, verb, conversation, body })) {
    thread.problem = preferences.say("problem.offline");
    return false;
  }
  beside.add(id);
  return true;
}

/** Asks a colleague to join the open conversation. */
export function invite(colleague: string): void {
  act("invite", { colleague });
}

/** Leaves what one joined; its owner stays. */
export function leave(): void {
  sendBeside("leave", thread.conversation);
}

/** Does something to the open conversation; `told` is what the verb needs beside the floor, asked for anew where it is given
 *  again. `done`: once it is. */
export function act(verb: Act, told: Further | (() => Further) = {}, done: () => void = () => {}): void {
  const { conversation, log } = thread;
  const further = typeof told === "function" ? told() : told;
  // Taking needs no log: whoever presses the keys faster than it loads is not left waiting.
  if (!conversation || acting || early) return;
  if (verb !== "take" && !log) {
    // Known by its row alone: what is pressed isn't forgotten without a word.
    if (desk.line !== "online") thread.problem = preferences.say("problem.offline");
    else {
      early = () => act(verb, told, done);
      thread.acting = verb;
    }
    return;
  }
  thread.problem = "";
  thread.needs = null;
  thread.dialog = null;
  releaseAll(conversation);
  const id = randomId();
  const body = UNFENCED.includes(verb) ? further : { floor_seq: log?.state.floor_seq ?? 0, ...further };
  if (!send({ type: "command", id, verb, conversation, body })) {
    thread.problem = preferences.say("problem.offline");
    return;
  }
  acting = { id, act: verb, further, done, again: () => act(verb, told, done) };
  thread.acting = verb;
}

/** The open conversation has been read: what was pressed before is done. */
export function actNow(): void {
  const go = early;
  if (!go) return;
  stopActing();
  go();
}

/** What was asked for concerns nobody any more. */
export function stopActing(): void {
  thread.acting = acting = early = null;
}

/** The line broke: what was asked for and not answered is unknown. */
export function actionLost(): void {
  if (acting || early) thread.problem = preferences.say("problem.lost");
  stopActing();
}

/** Whether it was this. */
export function actionDone(id: string): boolean {
  if (acting?.id === id) acting.done();
  return over(id);
}

function over(id: string): boolean {
  if (beside.delete(id)) return true;
  if (acting?.id !== id) return false;
  stopActing();
  return true;
}

export function actionRefused(id: string, problem: Problem): boolean {
  const refused = acting?.id === id ? acting : null;
  if (!over(id)) return false;
  thread.problem = explained(problem, thread.log);
  if (refused && problem.form) {
    const name = String(refused.further["code"] ?? "");
    thread.needs = { form: problem.form, name, after: thread.log?.through ?? 0, again: refused.again };
    thread.form = problem.form;
  }
  return true;
}
