import type { Row } from "@switchboard/protocol";
import { command } from "../api/conversations.ts";
import { elsewhere } from "../stores/elsewhere.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { expectCallIn } from "./calling.ts";
import { answerTo } from "./inviting.ts";
import { sentenceOf } from "./problems.ts";
import { goTo } from "./session.ts";

/** Takes what another business offers, then goes there: what cannot be had keeps nobody from where they are. */
export async function acceptElsewhere(
  business: string,
  conversation: string,
  leave: (then: () => void) => void,
): Promise<void> {
  if (await answer(business, conversation, "accept")) leave(() => goAndWrite(business, conversation));
}

/** It goes to the next; whoever declines goes on with what they were at. */
export async function declineElsewhere(business: string, conversation: string): Promise<void> {
  await answer(business, conversation, "decline");
}

/** A colleague there asks to be joined. */
export async function joinElsewhere(
  business: string,
  row: Row,
  leave: (then: () => void) => void,
): Promise<void> {
  const { conversation } = row;
  const [verb, body] = answerTo(row, true);
  if (body.leg) expectCallIn(conversation, body.leg);
  if (await answer(business, conversation, verb, body)) leave(() => goAndWrite(business, conversation));
}

export async function declineInvitedElsewhere(business: string, row: Row): Promise<void> {
  await answer(business, row.conversation, ...answerTo(row, false));
}

/** Whether it was done. */
async function answer(
  business: string,
  conversation: string,
  verb: string,
  body: object = {},
): Promise<boolean> {
  if (elsewhere.answering) return false;
  elsewhere.answering = conversation;
  elsewhere.problem = null;
  try {
    await command(business, conversation, verb, body);
    return true;
  } catch (error) {
    elsewhere.problem = { conversation, words: sentenceOf(error) };
    return false;
  } finally {
    elsewhere.answering = "";
  }
}

function goAndWrite(business: string, conversation: string): void {
  goTo(business, conversation);
  thread.asksForFocus = true;
}
