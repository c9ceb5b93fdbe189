import { thread } from "../stores/thread.svelte.ts";
import type { Call } from "../view/alerts.ts";
import { act, sendBeside } from "./acting.ts";
import { acceptElsewhere } from "./elsewhere.ts";
import { goTo } from "./session.ts";
import { openBeneath } from "./thread.ts";

/** Takes what is offered to me, whatever is open, and goes there: the server knows for whom it is reserved. `leave`: asks
 * first whether the page may be left. */
export function acceptOffer(
  { conversation, at }: Pick<Call, "conversation" | "at">,
  leave: (then: () => void) => void = (then) => then(),
): void {
  if (at) return void acceptElsewhere(at.id, conversation, leave);
  if (thread.conversation !== conversation) openBeneath(conversation);
  act("take");
  leave(() => goTo("", conversation));
}

/** It goes to the next; whoever declines goes on with what they were at. Whether it was said. */
export function declineOffer(conversation: string): boolean {
  return sendBeside("decline", conversation);
}
