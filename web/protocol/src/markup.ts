import type { Span } from "./types.ts";

/** A text without its marks, and how it looks. */
export interface Marked {
  readonly text: string;
  readonly spans: readonly Span[];
}

// `W` is Python's \w: a mark inside a Cyrillic word is none.
const MARK = new RegExp(
  [
    /```(?:[W+\-]*\n)?(?<pre>.+?)\n?```/,
    /`(?<code>[^`\n]+)`/,
    /\*\*(?<bold>(?=\S).+?(?<=\S))\*\*/,
    /(?<![W*])\*(?<italic>(?=[^\s*])[^*\n]*[^\s*])\*(?![W*])/,
    /(?<![W])_(?<slant>(?=[^\s_])[^_\n]*[^\s_])_(?![W])/,
    /~~(?<strike>(?=\S).+?(?<=\S))~~/,
    /\|\|(?<spoiler>(?=\S).+?(?<=\S))\|\|/,
    /\[(?<link>[^\[\]\n]+)\]\((?<url>[^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)/,
    /(?<quote>(?:(?<=^|\n)> ?[^\n]*(?:\n|$))+)/,
    /(?<![W])(?<address>(?:https?:\/\/|mailto:|tel:)\S+)/,
  ]
    .map(({ source }) => source.replaceAll("W", "\\p{L}\\p{N}_"))
    .join("|"),
  "gsu",
);
const SCHEME = /^(?:https?:\/\/|mailto:|tel:)/;
const DEPTH = 4;

/** What `text` says once its marks are read: the twin of the server's `read_markup`, held to it by shared cases. */
export function readMarkup(text: string, at = 0, depth = DEPTH): Marked {
  let said = "";
  const spans: Span[] = [];
  let done = 0;
  for (const match of depth ? text.matchAll(MARK) : []) {
    const { url = "", ...named } = match.groups!;
    const [name, found] = Object.entries(named).find(([, words]) => words !== undefined)!;
    if (name === "address" || (name === "link" && !SCHEME.test(url))) continue;
    said += text.slice(done, match.index);
    const begin = at + said.length;
    const [words, tail] = name === "quote" ? unquoted(found!) : [found!, ""];
    const inner =
      name === "code" || name === "pre" ? { text: words, spans: [] } : readMarkup(words, begin, depth - 1);
    if (inner.text) {
      const kind = (name === "slant" ? "italic" : name) as Span["kind"];
      spans.push({ kind, at: begin, length: inner.text.length, ...(url && { url }) }, ...inner.spans);
    }
    said += inner.text + tail;
    done = match.index + match[0].length;
  }
  return { text: said + text.slice(done), spans };
}

function unquoted(lines: string): [words: string, tail: string] {
  const words = lines.replace(/(?<=^|\n)> ?/g, "");
  return words.endsWith("\n") ? [words.slice(0, -1), "\n"] : [words, ""];
}
