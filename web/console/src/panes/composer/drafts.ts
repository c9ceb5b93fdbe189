import { usable } from "@switchboard/protocol";

const store = usable(() => sessionStorage);
const key = (conversation: string, mode: string) => `switchboard:draft:${conversation}:${mode}`;

export function readDraft(conversation: string, mode: "reply" | "note"): string {
  return store.getItem(key(conversation, mode)) ?? "";
}

export function writeDraft(conversation: string, mode: "reply" | "note", text: string): void {
  if (text) store.setItem(key(conversation, mode), text);
  else store.removeItem(key(conversation, mode));
}
