import type { Conversation } from "@switchboard/protocol";

/** From here on a text is shown in part. */
const LONG = 180;
const LINES = 4;

/** What waits for a person's answer, as a key that another input changes; "" where nobody waits for one. */
export function answerable(conversation: string, state: Conversation): string {
  const people = state.status === "queued" || state.status === "open";
  if (!conversation || !people || !state.waiting_since) return "";
  return `${conversation} ${state.last_input}`;
}

export function isLong(text: string): boolean {
  return text.length > LONG || text.split("\n").length > LINES;
}

/** What is put into the composer as a link. */
export function linkTo({ title, url }: { readonly title: string; readonly url: string }): string {
  return `${title}: ${url}`;
}
