import type { Call } from "../view/alerts.ts";
import { act, sendBeside } from "./acting.ts";
import { acceptElsewhere } from "./elsewhere.ts";
import { openThread } from "./thread.ts";

/** Opens what is offered to me and takes it: the server knows for whom it is reserved. */
export function acceptOffer({ conversation, at }: Pick<Call, "conversation" | "at">): void {
  if (at) return void acceptElsewhere(at.id, conversation);
  openThread(conversation);
  act("take");
}

/** It goes to the next; whoever declines goes on with what they were at. Whether it was said. */
export function declineOffer(conversation: string): boolean {
  return sendBeside("decline", conversation);
}
