import { replay } from "../api/deliveries.ts";
import { Refused } from "../api/http.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";

/** Sends again what failed of a message; that it is on its way is told by the log. */
export async function sendAgain(seq: number): Promise<void> {
  const { conversation } = thread;
  thread.problem = "";
  thread.sendingAgain = seq;
  try {
    await replay(session.business, conversation, seq);
  } catch (error) {
    if (thread.conversation === conversation) thread.problem = sentence(error);
  } finally {
    thread.sendingAgain = 0;
  }
}

function sentence(error: unknown): string {
  const { say } = preferences;
  if (!(error instanceof Refused)) throw error;
  switch (error.code) {
    case "network":
      return say("problem.network");
    case "not_possible":
      return say("problem.delivered");
    case "signed_out":
    case "forbidden":
      return say("problem.forbidden");
    default:
      return error.message || say("problem.unknown");
  }
}
