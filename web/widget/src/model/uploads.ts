import { problemCode, type Attachment, type Problem } from "@switchboard/protocol";
import type { Key } from "../i18n/index.ts";

/** What a page knows of a file that somebody picked. */
export interface Picked {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** A file on its way up. `done` rejects with a `Problem`, or with anything else where the line broke. */
export interface Sending {
  readonly done: Promise<Attachment>;
  cancel(): void;
}

export interface UploadsOptions<File extends Picked> {
  readonly newId: () => string;
  /** Bytes that the server takes; 0 while that isn't known. */
  readonly limit: () => number;
  /** The file as it should be sent: a picture that no other browser shows is drawn anew. */
  readonly prepare: (file: File) => Promise<File>;
  readonly send: (file: File, progress: (share: number) => void) => Sending;
}

export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly state: "sending" | "here" | "failed";
  /** 0 to 1. */
  readonly share: number;
  readonly size: number;
  /** Why it failed; `limit` in bytes belongs to "too_large". */
  readonly problem: Key | null;
  readonly limit: number;
  readonly file: Attachment | null;
}

/** Whether one of them is still on its way. */
export function isBusy(all: readonly Upload[]): boolean {
  return all.some((one) => one.state === "sending");
}

/** As many as a message takes. */
export const MOST = 10;

/** The files beside the composer, which go with the next message. Knows no DOM. */
export class Uploads<File extends Picked = Picked> {
  #all: readonly Upload[] = [];
  readonly #files = new Map<string, File>();
  readonly #sending = new Map<string, Sending>();
  readonly #watchers = new Set<(all: readonly Upload[]) => void>();

  constructor(private readonly options: UploadsOptions<File>) {}

  view(): readonly Upload[] {
    return this.#all;
  }

  subscribe(watcher: (all: readonly Upload[]) => void): () => void {
    this.#watchers.add(watcher);
    watcher(this.#all);
    return () => this.#watchers.delete(watcher);
  }

  /** How many of `files` found no place. */
  add(files: readonly File[]): number {
    const fit = files.slice(0, Math.max(0, MOST - this.#all.length));
    for (const file of fit) {
      const id = this.options.newId();
      this.#files.set(id, file);
      const { name, size } = file;
      this.#show([
        ...this.#all,
        { id, name, size, state: "sending", share: 0, problem: null, limit: 0, file: null },
      ]);
      void this.#send(id, file);
    }
    return files.length - fit.length;
  }

  retry(id: string): void {
    const file = this.#files.get(id);
    if (!file) return;
    this.#change(id, { state: "sending", share: 0, problem: null });
    void this.#send(id, file);
  }

  /** Also what is still on its way. */
  remove(id: string): void {
    this.#sending.get(id)?.cancel();
    this.#sending.delete(id);
    this.#files.delete(id);
    this.#show(this.#all.filter((one) => one.id !== id));
  }

  /** Those that are here, for a message; what failed stays to be tried again. */
  take(): readonly Attachment[] {
    const taken = this.#all.flatMap((one) => one.file ?? []);
    for (const one of this.#all) if (one.file) this.#files.delete(one.id);
    this.#show(this.#all.filter((one) => one.file === null));
    return taken;
  }

  clear(): void {
    for (const { id } of this.#all) this.remove(id);
  }

  async #send(id: string, picked: File): Promise<void> {
    try {
      if (picked.size === 0) return this.#fail(id, "upload.empty");
      const file = await this.options.prepare(picked);
      const limit = this.options.limit();
      if (limit && file.size > limit) return this.#fail(id, "upload.too_large", limit);
      if (!this.#files.has(id)) return;
      const sending = this.options.send(file, (share) => this.#change(id, { share }));
      this.#sending.set(id, sending);
      const stored = await sending.done;
      this.#change(id, { state: "here", share: 1, file: stored, name: stored.name ?? file.name });
    } catch (error) {
      const problem = error as Partial<Problem> & { limit?: number };
      this.#fail(id, wordFor(problem), problem?.limit);
    }
    this.#sending.delete(id);
  }

  #fail(id: string, problem: Key, limit = 0): void {
    this.#change(id, { state: "failed", problem, limit });
  }

  #change(id: string, changes: Partial<Upload>): void {
    this.#show(this.#all.map((one) => (one.id === id ? { ...one, ...changes } : one)));
  }

  #show(all: readonly Upload[]): void {
    this.#all = all;
    for (const watcher of this.#watchers) watcher(all);
  }
}

function wordFor(problem: Partial<Problem>): Key {
  switch (problem?.type ? problemCode(problem as Problem) : "") {
    case "too_large":
      return "upload.too_large";
    case "too_many":
      return "upload.too_many";
    case "invalid":
    case "malformed":
      return "upload.refused";
    default:
      return "upload.lost";
  }
}
