import { command } from "../api/conversations.ts";
import { readHeld } from "../api/held.ts";
import { leaving } from "../stores/leaving.svelte.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { choseForAll, colleagueOf, linesOf, news, type Choice, type Line } from "../view/leaving.ts";
import { sentenceOf } from "./problems.ts";
import { signOut } from "./session.ts";
import { sendAtOnce } from "./writing.ts";

/** Milliseconds after which it is shown that what is theirs is being looked up. */
const PATIENCE = 200;
/** Conversations that are passed on at the same time. */
const AT_ONCE = 5;

/** Signs out, unless something is theirs: then what becomes of it is asked first. */
export async function wantToSignOut(): Promise<void> {
  leaving.lines = [];
  leaving.known = false;
  leaving.problem = "";
  const shows = setTimeout(() => (session.leaves = true), PATIENCE);
  await look();
  clearTimeout(shows);
  if (leaving.known && leaving.lines.length === 0) return signOut();
  session.leaves = true;
}

/** Reads anew what is theirs. What was chosen stays. */
export async function look(): Promise<void> {
  try {
    const held = await readHeld();
    leaving.lines = linesOf(held, leaving.lines);
    leaving.resting = held.reduce((sum, { resting }) => sum + resting, 0);
    leaving.known = true;
    leaving.problem = "";
  } catch (error) {
    leaving.problem = sentenceOf(error);
  }
}

export function stay(): void {
  session.leaves = false;
}

export function choose(conversation: string, choice: Choice): void {
  leaving.lines = leaving.lines.map((line) =>
    line.row.conversation === conversation ? { ...line, choice, problem: "" } : line,
  );
}

export function chooseForAll(choice: Choice): void {
  leaving.lines = choseForAll(leaving.lines, choice);
}

/** Does what was chosen, and signs out once all of it is done; what could not be done is said at its line. */
export async function leaveAsChosen(): Promise<void> {
  if (leaving.busy) return;
  leaving.busy = true;
  leaving.problem = "";
  const decided = leaving.lines.map((line) => ({ ...line, problem: "" }));
  leaving.lines = decided;
  await carryOut(decided);
  await look();
  leaving.busy = false;
  if (!session.leaves) return; // they changed their mind meanwhile
  const failed = leaving.lines.filter(({ problem }) => problem !== "").length;
  if (leaving.problem) return;
  if (failed > 0) leaving.problem = preferences.say("leaving.failed", { n: failed });
  else if (news(leaving.lines, decided).length > 0) leaving.problem = preferences.say("leaving.more");
  else await signOut();
}

async function carryOut(decided: readonly Line[]): Promise<void> {
  const going = decided.filter(({ choice }) => choice !== "keep");
  const unsent = await sendAtOnce(going.map(({ row }) => row.conversation));
  for (let at = 0; at < going.length; at += AT_ONCE) {
    await Promise.all(going.slice(at, at + AT_ONCE).map((line) => passOn(line, unsent)));
  }
}

async function passOn(
  { business, row, floor_seq, choice }: Line,
  unsent: ReadonlySet<string>,
): Promise<void> {
  const { conversation } = row;
  // Its answer would come after it is somebody else's, and be refused.
  if (unsent.has(conversation)) return fail(conversation, preferences.say("leaving.unsent"));
  const to = colleagueOf(choice);
  try {
    if (to) await command(business.id, conversation, "transfer", { to, floor_seq });
    else await command(business.id, conversation, "requeue");
    leaving.lines = leaving.lines.filter((line) => line.row.conversation !== conversation);
  } catch (error) {
    fail(conversation, sentenceOf(error));
  }
}

function fail(conversation: string, problem: string): void {
  leaving.lines = leaving.lines.map((line) =>
    line.row.conversation === conversation ? { ...line, problem } : line,
  );
}
