import { replay } from "../api/deliveries.ts";
import { session } from "../stores/session.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { sentenceOf } from "./problems.ts";

/** Sends again what failed of a message; that it is on its way is told by the log. */
export async function sendAgain(seq: number): Promise<void> {
  const { conversation } = thread;
  thread.problem = "";
  thread.sendingAgain = seq;
  try {
    await replay(session.business, conversation, seq);
  } catch (error) {
    if (thread.conversation === conversation)
      thread.problem = sentenceOf(error, { not_possible: "problem.delivered" });
  } finally {
    thread.sendingAgain = 0;
  }
}
