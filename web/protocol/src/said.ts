import type { AnyEvent, Attachment, Entry, Place, Span } from "./types.ts";

/** What a message said at one time. */
export interface Version {
  readonly text: string;
  readonly spans: readonly Span[];
  readonly at: number;
}

/** What became of a message after it was written. */
export interface Later {
  /** What it says now, where that was changed; null where what it says is erased. */
  readonly now: Version | null | undefined;
  /** What it said between the first and the last, in order. */
  readonly between: readonly (Version | null)[];
  readonly files: readonly Attachment[] | null;
  readonly added: readonly Attachment[];
  readonly place: Place | null;
  readonly emoji: readonly string[];
  /** When it was taken back; 0: it was not. */
  readonly deleted: number;
  /** It was edited, not only completed. */
  readonly edited: boolean;
}

const NOTHING: Later = {
  now: undefined,
  between: [],
  files: null,
  added: [],
  place: null,
  emoji: [],
  deleted: 0,
  edited: false,
};

/** What the log tells of messages after they were written, by their `seq`. */
export function laterOf(entries: readonly Entry[]): ReadonlyMap<number, Later> {
  const found = new Map<number, Later>();
  for (const { event: told, at } of entries) {
    const erased = told.type === "redacted";
    const event = erased ? told.shell : told;
    const change = (seq: number, by: (was: Later) => Partial<Later>) => {
      const was = found.get(seq) ?? NOTHING;
      found.set(seq, { ...was, ...by(was) });
    };
    switch (event.type) {
      case "message_extended":
        change(event.seq, ({ added, now }) => ({
          added: [...added, ...(event.files ?? [])],
          now: event.text ? version(event, at) : now,
        }));
        break;
      case "customer_edited":
      case "operator_edited":
        change(event.seq, (was) => ({
          between: was.now === undefined ? was.between : [...was.between, was.now],
          now: erased ? null : version(event, at),
          edited: true,
          ...("files" in event && event.files?.length ? { files: event.files } : {}),
          ...("place" in event && event.place ? { place: event.place } : {}),
        }));
        break;
      case "customer_reacted":
        change(event.seq, () => ({ emoji: event.emoji ?? [] }));
        break;
      case "operator_deleted":
        change(event.seq, () => ({ deleted: at }));
        break;
    }
  }
  return found;
}

/** The files that a message carries by now. */
export function carried(event: AnyEvent, later: Later | undefined): readonly Attachment[] {
  if (event.type !== "customer_message" && event.type !== "operator_message") return [];
  return [...(later?.files ?? event.files ?? []), ...(later?.added ?? [])];
}

function version(event: { text: string; spans?: readonly Span[] } | AnyEvent, at: number): Version {
  const { text, spans = [] } = event as { text: string; spans?: readonly Span[] };
  return { text, spans, at };
}
