/** What is being typed at the cursor that can be completed: a canned response behind `/`, a colleague behind `@`. */
export interface Asked {
  readonly sign: "/" | "@";
  /** What stands behind the sign so far. */
  readonly words: string;
  /** Where the sign stands, and the cursor. */
  readonly from: number;
  readonly to: number;
}

const BEHIND = /(?:^|\s)([/@])([^\s/@]*)$/u;

/** `signs`: which of them mean anything here. */
export function askedAt(text: string, cursor: number, signs: string): Asked | null {
  const found = BEHIND.exec(text.slice(0, cursor));
  if (!found || !signs.includes(found[1]!)) return null;
  const words = found[2]!;
  return { sign: found[1] as Asked["sign"], words, from: cursor - words.length - 1, to: cursor };
}

/** The text with `put` in place of what was typed, and where the cursor stands then. */
export function completed(text: string, { from, to }: Asked, put: string): readonly [string, number] {
  return [text.slice(0, from) + put + text.slice(to), from + put.length];
}

/** The text with `words` between `from` and `to`, parted from what stands there, and where the cursor stands then. */
export function inserted(
  text: string,
  from: number,
  to: number,
  words: string,
  most: number,
): readonly [string, number] {
  const before = text.slice(0, from);
  const after = text.slice(to);
  const parted = (before && !/\s$/u.test(before) ? " " : "") + words;
  const whole = before + parted + (after && !/^\s/u.test(after) ? " " : "") + after;
  return [whole.slice(0, most), Math.min(before.length + parted.length, most)];
}

/** Those that begin with the words first, then those that hold them. */
export function matching<T>(all: readonly T[], words: string, name: (one: T) => string): readonly T[] {
  const wanted = words.toLocaleLowerCase();
  const rank = (one: T) => name(one).toLocaleLowerCase().indexOf(wanted);
  return all.filter((one) => rank(one) >= 0).sort((a, b) => Math.sign(rank(a)) - Math.sign(rank(b)));
}

/** A canned response with its variables filled in; what isn't known is left out, with the comma before it. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/(,? ?)\{\{\s*(\w+)\s*\}\}/gu, (_, before: string, name: string) => {
    const value = values[name] ?? "";
    return value ? before + value : "";
  });
}

/** The ids of those colleagues whom a note names behind `@`. */
export function mentioned(text: string, people: readonly { id: string; name: string }[]): readonly string[] {
  const said = people.filter(({ name }) => text.includes(`@${name}`));
  // Of two where one's name begins like the other's, the longer one was meant, unless both were.
  return said
    .filter(({ name }) => {
      const longer = said.filter((one) => one.name !== name && one.name.startsWith(name));
      const rest = longer.reduce((left, one) => left.replaceAll(`@${one.name}`, ""), text);
      return rest.includes(`@${name}`);
    })
    .map(({ id }) => id);
}
