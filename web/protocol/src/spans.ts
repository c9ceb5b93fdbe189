import { linkify, safe } from "./links.ts";
import type { Span } from "./types.ts";

/** A piece of a text: words, or what they stand in. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: Span["kind"];
      /** Of a link. */
      readonly href: string;
      readonly inner: readonly Piece[];
    };

/** The text in pieces, one in another; what overlaps is cut, what leads nowhere safe is text, and addresses are links. */
export function pieces(text: string, spans: readonly Span[]): readonly Piece[] {
  const ordered = [...spans].sort((one, other) => one.at - other.at || other.length - one.length);
  return within(text, ordered, { at: 0, end: text.length, links: true });
}

interface Stretch {
  readonly at: number;
  readonly end: number;
  /** Whether an address in it is a link. */
  readonly links: boolean;
}

function within(text: string, spans: readonly Span[], { at, end, links }: Stretch): Piece[] {
  const found: Piece[] = [];
  let done = at;
  const words = (until: number) => {
    if (until > done) found.push(...bare(text.slice(done, until), links));
    done = Math.max(done, until);
  };
  for (let index = 0; index < spans.length; index++) {
    const span = spans[index]!;
    const [begin, stop] = [Math.max(span.at, done), Math.min(span.at + span.length, end)];
    if (begin >= stop) continue;
    words(begin);
    let next = index + 1;
    while (next < spans.length && spans[next]!.at < stop) next++;
    const href = span.kind === "link" ? safeHref(span.url || text.slice(begin, stop)) : "";
    const literal = href || span.kind === "code" || span.kind === "pre";
    const inside = within(text, spans.slice(index + 1, next), {
      at: begin,
      end: stop,
      links: links && !literal,
    });
    if (span.kind === "link" && !href) found.push(...inside);
    else found.push({ kind: span.kind, href, inner: inside });
    done = stop;
    // What reaches over the end goes on behind it.
    const over = spans.slice(index + 1, next).filter((one) => one.at + one.length > stop);
    if (over.length > 0) {
      const rest = over.map((one) => ({ ...one, at: stop, length: one.at + one.length - stop }));
      return [...found, ...within(text, [...rest, ...spans.slice(next)], { at: stop, end, links })];
    }
    index = next - 1;
  }
  words(end);
  return found;
}

function bare(text: string, links: boolean): readonly Piece[] {
  if (!links) return [{ kind: "text", text }];
  return linkify(text).map(({ text: words, href }): Piece => {
    const said = { kind: "text", text: words } as const;
    return href ? { kind: "link", href, inner: [said] } : said;
  });
}

/** `address` if a click on it can do no harm, else "". */
export function safeHref(address: string): string {
  if (/^(?:mailto|tel):[^\s]+$/i.test(address)) return address;
  return safe(address) ?? "";
}
