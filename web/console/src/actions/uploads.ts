import { fileSize, randomId } from "@switchboard/protocol";
import { upload } from "../api/files.ts";
import { Refused } from "../api/http.ts";
import type { Attached, Writing } from "../stores/composer.svelte.ts";
import { desk } from "../stores/desk.svelte.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { sentenceOf } from "./problems.ts";
import { uploaded } from "./writing.ts";

const MOST = 10;

/** Takes files that were chosen, dropped or pasted, and sends them to the server at once. */
export function attach(writing: Writing, files: Iterable<File>): void {
  writing.problem = "";
  for (const source of files) {
    if (writing.files.length >= MOST) {
      writing.problem = preferences.say("files.many", { n: MOST });
      return;
    }
    const { name, size } = source;
    const file = { key: randomId(), name, size, source, progress: 0, stored: null, problem: "" };
    writing.files = [...writing.files, file];
    send(writing, file);
  }
}

export function detach(writing: Writing, key: string): void {
  writing.uploads.get(key)?.cancel();
  writing.uploads.delete(key);
  writing.files = writing.files.filter((file) => file.key !== key);
  writing.problem = "";
  writing.wish = null;
  writing.keep();
}

export function attachAgain(writing: Writing, key: string): void {
  const file = writing.files.find((one) => one.key === key);
  if (!file?.source) return;
  change(writing, key, { problem: "", progress: 0 });
  send(writing, file);
}

function send(writing: Writing, { key, source }: Attached): void {
  if (source === null) return;
  if (source.size > desk.fileLimit) return change(writing, key, { problem: tooLarge() });
  const sending = upload(session.business, source, (progress) => change(writing, key, { progress }));
  writing.uploads.set(key, sending);
  sending.stored.then(
    (stored) => {
      writing.uploads.delete(key);
      change(writing, key, { stored, name: stored.name, progress: 1 });
      writing.keep();
      uploaded(writing);
    },
    (error: unknown) => {
      // Cancelled: nobody asks any more.
      if (!writing.uploads.delete(key)) return;
      change(writing, key, { problem: sentence(error) });
      writing.wish = null;
    },
  );
}

function change(writing: Writing, key: string, changes: Partial<Attached>): void {
  writing.files = writing.files.map((file) => (file.key === key ? { ...file, ...changes } : file));
}

function sentence(error: unknown): string {
  if (error instanceof Refused && error.code === "too_large") return tooLarge();
  return sentenceOf(error, { network: "files.lost" });
}

function tooLarge(): string {
  return preferences.say("files.too_large", { limit: fileSize(desk.fileLimit, preferences.locale) });
}
