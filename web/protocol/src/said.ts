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
  readonly now?: Version | null;
  /** What it said between the first and the last, in order. */
  readonly between?: readonly (Version | null)[];
  readonly files?: readonly Attachment[];
  readonly added?: readonly Attachment[];
  readonly place?: Place;
  readonly emoji?: readonly string[];
  /** When it was taken back. */
  readonly deleted?: number;
  /** It was edited, not only completed. */
  readonly edited?: boolean;
}

/** What the log tells of messages after they were written, by their `seq`. */
export function laterOf(entries: readonly Entry[]): ReadonlyMap<number, Later> {
  const found = new Map<number, Later>();
  for (const { event: told, at } of entries) {
    const erased = told.type === "redacted";
    const event = erased ? told.shell : told;
    const seq = "seq" in event ? event.seq : 0;
    const was = found.get(seq);
    const change = (by: Later) => found.set(seq, { ...was, ...by });
    switch (event.type) {
      case "message_extended":
        change({
          added: [...(was?.added ?? []), ...(event.files ?? [])],
          ...(event.text && { now: version(event, at) }),
        });
        break;
      case "customer_edited":
      case "operator_edited":
        change({
          between: [...(was?.between ?? []), ...(was?.now === undefined ? [] : [was.now])],
          now: erased ? null : version(event, at),
          edited: true,
          ...("files" in event && event.files?.length && { files: event.files }),
          ...("place" in event && event.place && { place: event.place }),
        });
        break;
      case "customer_reacted":
        change({ emoji: event.emoji ?? [] });
        break;
      case "operator_deleted":
        change({ deleted: at });
        break;
    }
  }
  return found;
}

/** The files that a message carries by now. */
export function carried(event: AnyEvent, later: Later | undefined): readonly Attachment[] {
  if (event.type !== "customer_message" && event.type !== "operator_message" && event.type !== "bot_message")
    return [];
  return [...(later?.files ?? event.files ?? []), ...(later?.added ?? [])];
}

function version(event: { readonly text?: string; readonly spans?: readonly Span[] }, at: number): Version {
  return { text: event.text ?? "", spans: event.spans ?? [], at };
}
