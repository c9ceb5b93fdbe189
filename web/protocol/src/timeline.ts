import type { AnyEvent } from "./types.ts";

/** Microseconds after which the same author's words are another group. */
const TOGETHER = 300_000_000;

/** What happened, also where what was said is erased. */
export function plain(event: AnyEvent): Exclude<AnyEvent, { readonly type: "redacted" }> {
  return event.type === "redacted" ? event.shell : event;
}

/** The reader's own day of an instant; `at` is in microseconds everywhere. */
export function dayOf(at: number): string {
  return new Date(at / 1000).toDateString();
}

export function clock(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" }).format(at / 1000);
}

/** The items with a divider before the first of each day. */
export function withDays<Item, Divider>(
  items: readonly Item[],
  at: (item: Item) => number,
  divider: (day: string, item: Item) => Divider,
): (Item | Divider)[] {
  const shown: (Item | Divider)[] = [];
  let day = "";
  for (const item of items) {
    const own = dayOf(at(item));
    if (own !== day) shown.push(divider(own, item));
    day = own;
    shown.push(item);
  }
  return shown;
}

interface Grouped {
  readonly kind: "message";
  readonly author: string;
  readonly at: number;
  /** The first of its author's group, and the last. */
  readonly first: boolean;
  readonly last: boolean;
}

/** Marks the first and the last message of each author's group; `alike`: the same person, where authors are many. */
export function grouped<Item extends { readonly kind: string }>(
  items: readonly Item[],
  alike: (one: Item & Grouped, other: Item & Grouped) => boolean,
): Item[] {
  const together = (one: Item | undefined, other: Item | undefined) =>
    isMessage(one) &&
    isMessage(other) &&
    one.author === other.author &&
    alike(one, other) &&
    Math.abs(other.at - one.at) < TOGETHER;
  return items.map((item, index) =>
    isMessage(item)
      ? { ...item, first: !together(items[index - 1], item), last: !together(item, items[index + 1]) }
      : item,
  );
}

function isMessage<Item extends { readonly kind: string }>(item: Item | undefined): item is Item & Grouped {
  return item?.kind === "message";
}
