import type { Endpoint } from "@switchboard/protocol";
import type { StoredFile, Upload } from "../api/files.ts";
import type { Quoted } from "../view/messages.ts";
import { readDraft, writeDraft, type Mode } from "./drafts.ts";

/** A file that is on its way to the server, or there. */
export interface Attached {
  readonly key: string;
  readonly name: string;
  readonly size: number;
  /** What it was made from; a file of an earlier visit has none. */
  readonly source: File | null;
  /** 0 to 1. */
  readonly progress: number;
  readonly stored: StoredFile | null;
  /** A sentence about what went wrong. */
  readonly problem: string;
}

export interface Editing {
  readonly seq: number;
  /** What it says now. */
  readonly was: string;
  /** What had been begun before, which comes back afterwards. */
  readonly draft: string;
  /** It may be left without words. */
  readonly files: boolean;
}

/** Where a reply was to go when it was sent, and who spoke then. */
export interface Way {
  readonly floor_seq: number;
  readonly endpoint: Endpoint | null;
}

/** What is being written in one conversation. It outlives the pane, so that an upload goes on elsewhere. */
export class Writing {
  texts = $state<Record<Mode, string>>({ reply: "", note: "" });
  files = $state.raw<readonly Attached[]>([]);
  /** Why something that was dropped or pasted was not taken. */
  problem = $state("");
  /** Where the reply goes, where it was chosen: an identity. */
  endpoint = $state("");
  /** The message that the reply answers. */
  answers = $state.raw<Quoted | null>(null);
  /** The own message that is being changed. */
  editing = $state.raw<Editing | null>(null);
  /** Words that are to be put in where the cursor stands. */
  insert = $state("");
  /** It was sent while files were still on their way: it goes when they are there. */
  wish = $state.raw<Way | null>(null);
  readonly uploads = new Map<string, Upload>();

  constructor(
    readonly account: string,
    readonly conversation: string,
  ) {
    const reply = readDraft(account, conversation, "reply");
    this.texts = { reply: reply.text, note: readDraft(account, conversation, "note").text };
    this.files = reply.files.map(attached);
  }

  get uploading(): boolean {
    return this.files.some(({ stored, problem }) => stored === null && problem === "");
  }
  get ready(): readonly StoredFile[] {
    return this.files.flatMap(({ stored }) => stored ?? []);
  }
  /** The reply that was begun, also while another message is being changed. */
  get reply(): string {
    return this.editing ? this.editing.draft : this.texts.reply;
  }
  /** Something was begun that nobody has got. */
  get unsent(): boolean {
    const changed = this.editing !== null && this.texts.reply.trim() !== this.editing.was;
    return Boolean(changed || this.reply.trim() || this.texts.note.trim() || this.files.length > 0);
  }

  keep(): void {
    const { account, conversation } = this;
    writeDraft(account, conversation, "reply", { text: this.reply, files: this.ready });
    writeDraft(account, conversation, "note", { text: this.texts.note, files: [] });
  }
}

export function attached(stored: StoredFile): Attached {
  const { id, name, size } = stored;
  return { key: id, name, size, source: null, progress: 1, stored, problem: "" };
}

const kept = new Map<string, Writing>();

export function writingOf(account: string, conversation: string): Writing {
  const name = `${account}:${conversation}`;
  let found = kept.get(name);
  if (!found) kept.set(name, (found = new Writing(account, conversation)));
  return found;
}
