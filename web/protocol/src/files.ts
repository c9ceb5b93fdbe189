import { carried, type Later } from "./said.ts";
import type { AnyEvent, Attachment, Entry, FileFailed, Transcribed } from "./types.ts";

/** A file of a message, with what became of it since. */
export interface ShownFile {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Bytes; 0 where that isn't known yet. */
  readonly size: number;
  /** As what a messenger shows it; "" is a document. */
  readonly kind: NonNullable<Attachment["kind"]>;
  /** How long it plays; 0 where that isn't known. */
  readonly seconds: number;
  readonly state: "here" | "pending" | FileFailed["reason"];
  /** What is said in it, where that was listened to. */
  readonly words?: Transcribed | undefined;
}

/** What the log tells of files after their messages, by the file's id. */
export interface Fates {
  readonly files: ReadonlyMap<string, Attachment | FileFailed["reason"]>;
  readonly words: ReadonlyMap<string, Transcribed>;
}

export function fatesOf(entries: readonly Entry[]): Fates {
  const files = new Map<string, Attachment | FileFailed["reason"]>();
  const words = new Map<string, Transcribed>();
  for (const { event } of entries) {
    if (event.type === "file_ready") files.set(event.file.id, event.file);
    else if (event.type === "file_failed") files.set(event.file, event.reason);
    else if (event.type === "transcribed") words.set(event.file, event);
  }
  return { files, words };
}

/** The files of a message, with what `later` became of it. */
export function filesOf(event: AnyEvent, fates: Fates, later?: Later): readonly ShownFile[] {
  return carried(event, later).map((file) => {
    const fate = fates.files.get(file.id);
    if (typeof fate === "string") return shownFile(file, fate);
    const shown = shownFile({ ...file, ...fate }, (fate ?? file).pending ? "pending" : "here");
    return { ...shown, words: fates.words.get(file.id) };
  });
}

export function shownFile(file: Attachment, state: ShownFile["state"]): ShownFile {
  const { id, name = "", type = "", size = 0, kind = "", seconds = 0 } = file;
  return { id, name, type, size, kind, seconds, state };
}

export function fileNames(files: readonly Attachment[] = []): string {
  return files.flatMap((file) => file.name || []).join(", ");
}

/** What a message says where there is room for words alone. */
export function wordsOf(event: AnyEvent): string {
  if (!("text" in event)) return "";
  return event.text || ("files" in event ? fileNames(event.files) : "");
}

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);
const LARGEST_PICTURE = 8 * 1024 * 1024;

/** Whether it can be shown in its place: only types that hold nothing but a picture. */
export function isPicture(file: ShownFile): boolean {
  return file.state === "here" && PICTURES.has(file.type) && file.size <= LARGEST_PICTURE;
}

/** "1.4 MB" as the language writes it; "" where the size isn't known. */
export function fileSize(bytes: number, locale: string): string {
  if (bytes <= 0) return "";
  const [unit, size] =
    bytes < 1000
      ? (["byte", bytes] as const)
      : bytes < 1_000_000
        ? (["kilobyte", bytes / 1000] as const)
        : (["megabyte", bytes / 1_000_000] as const);
  const maximumFractionDigits = size < 10 && unit === "megabyte" ? 1 : 0;
  const unitDisplay = unit === "byte" ? "narrow" : "short"; // else English says "719 byte"
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay, maximumFractionDigits }).format(
    size,
  );
}

/** Milliseconds until a link should be asked for again: before it expires, however wrong this clock may be. */
export function renewAfter(until: number, now: number): number {
  return Math.max(60_000, Math.min(3_600_000, (until / 1000 - now) * 0.8));
}
