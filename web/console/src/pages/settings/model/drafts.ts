import { usable } from "@switchboard/protocol";
import { session } from "../../../stores/session.svelte.ts";

const store = usable(() => localStorage);

/** What was written and not saved, with what it was written over. */
export interface Draft<V> {
  readonly version: number;
  readonly base: V;
  readonly value: V;
}

/** Each person has their own on a shared machine. */
function key(name: string): string {
  return `switchboard:set-up:${session.me?.account.id ?? ""}:${session.business}:${name}`;
}

export function readDraft<V>(name: string): Draft<V> | null {
  try {
    return JSON.parse(store.getItem(key(name)) ?? "null") as Draft<V> | null;
  } catch {
    return null;
  }
}

export function writeDraft<V>(name: string, draft: Draft<V> | null): void {
  if (draft) store.setItem(key(name), JSON.stringify(draft));
  else store.removeItem(key(name));
}
