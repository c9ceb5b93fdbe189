import { usable } from "@switchboard/protocol";
import type { StoredFile } from "../api/files.ts";

export type Mode = "reply" | "note";

/** What was begun and not sent: words, and files that the server has already. */
export interface Draft {
  readonly text: string;
  readonly files: readonly StoredFile[];
}
interface Kept extends Draft {
  readonly at: number;
}

const PREFIX = "switchboard:draft:";
const KEPT_FOR = 30 * 24 * 3600 * 1000;
const EMPTY: Draft = { text: "", files: [] };
const store = usable(() => localStorage);

/** Of an account: whoever signs in next at this browser finds their own. */
const key = (account: string, conversation: string, mode: Mode) =>
  `${PREFIX}${account}:${conversation}:${mode}`;

export function readDraft(account: string, conversation: string, mode: Mode): Draft {
  return parse(store.getItem(key(account, conversation, mode))) ?? EMPTY;
}

export function writeDraft(account: string, conversation: string, mode: Mode, { text, files }: Draft): void {
  const name = key(account, conversation, mode);
  try {
    if (text || files.length > 0) store.setItem(name, JSON.stringify({ text, files, at: Date.now() }));
    else store.removeItem(name);
  } catch {
    // Full: it lives as long as the page.
  }
}

/** Forgets what nobody came back to. */
export function dropOldDrafts(now = Date.now()): void {
  const names = Array.from({ length: store.length }, (_, index) => store.key(index));
  for (const name of names) {
    if (!name?.startsWith(PREFIX)) continue;
    const kept = parse(store.getItem(name));
    if (!kept || now - kept.at > KEPT_FOR) store.removeItem(name);
  }
}

function parse(text: string | null): Kept | null {
  try {
    const kept = text === null ? null : (JSON.parse(text) as Partial<Kept>);
    return kept && typeof kept.text === "string" && Array.isArray(kept.files) ? (kept as Kept) : null;
  } catch {
    return null;
  }
}
