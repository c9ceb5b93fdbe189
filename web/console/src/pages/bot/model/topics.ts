import type { Overview, TopicLine } from "../../../api/studio.ts";

/** What the lists of topics show. Pure. */

/** Fewer examples than this, and a topic is easily missed. */
export const FEW = 8;

export type Warning = "few" | "none" | "silent";

/** How people call a topic or a form: its title in their language, else its name with blanks. */
export function titleOf(line: Pick<TopicLine, "name" | "titles">, locale: string): string {
  return inOurs(line.titles, locale) || spaced(line.name);
}

/** A text in the reader's language, else for any, else in whichever it is there. */
export function inOurs(texts: Readonly<Record<string, string>>, locale: string): string {
  return texts[locale] || texts[""] || Object.values(texts).find(Boolean) || "";
}

export function titleOfName(name: string, overview: Overview | undefined, locale: string): string {
  const line = [...(overview?.intents ?? []), ...(overview?.forms ?? [])].find((one) => one.name === name);
  return line ? titleOf(line, locale) : spaced(name);
}

function spaced(name: string): string {
  const words = name
    .replace(/^utter_/, "")
    .replaceAll(/[_/]+/g, " ")
    .trim();
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

/** What a thing that people called so is named in the files; one that isn't taken. */
export function nameFor(title: string, taken: readonly string[]): string {
  const plain = title
    .trim()
    .toLocaleLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
    .replaceAll(/[^A-Za-zА-Яа-яЁё0-9_]/g, "")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 60);
  const name = plain || "topic";
  if (!taken.includes(name)) return name;
  let number = 2;
  while (taken.includes(`${name}_${number}`)) number += 1;
  return `${name}_${number}`;
}

export function countOf({ examples }: Pick<TopicLine, "examples">): number {
  return Object.values(examples).reduce((sum, one) => sum + one, 0);
}

export function warningsOf(line: TopicLine): Warning[] {
  const count = countOf(line);
  const found: Warning[] = [];
  if (count === 0) found.push("none");
  else if (count < FEW) found.push("few");
  if (line.led === "person") found.push("silent");
  return found;
}

/** Topics with these words in their title, name or answer. */
export function found(lines: readonly TopicLine[], wanted: string): readonly TopicLine[] {
  const words = wanted.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return lines;
  return lines.filter((line) => {
    const all = [line.name, ...Object.values(line.about), ...Object.values(line.titles)]
      .join(" ")
      .toLocaleLowerCase();
    return words.every((word) => all.includes(word));
  });
}

const CYRILLIC = new Set(["ru", "uk", "be", "bg", "kk", "ky", "sr", "tg"]);

/** The columns of examples: one for each script that the business writes in, by the language that stands for it. */
export function columnsOf(examples: readonly string[], locales: readonly string[]): string[] {
  const first = (cyrillic: boolean) => locales.find((locale) => CYRILLIC.has(locale) === cyrillic);
  const written = new Set(examples.map((text) => columnOf(text, locales)));
  const own = [...new Set(locales.map((locale) => (CYRILLIC.has(locale) ? first(true) : first(false))))];
  return [...new Set([...own.filter((one) => one !== undefined), ...written])];
}

/** The column that an example stands in. One without letters stands in the first. */
export function columnOf(text: string, locales: readonly string[]): string {
  if (!/\p{L}/u.test(text)) return locales[0] ?? "en";
  const cyrillic = /\p{Script=Cyrillic}/u.test(text);
  return locales.find((locale) => CYRILLIC.has(locale) === cyrillic) ?? (cyrillic ? "ru" : "en");
}

/** The examples of what was pasted: each line one, cells of a table apart; without those that are there. */
export function pasted(text: string, known: readonly string[]): string[] {
  const seen = new Set(known.map((one) => one.toLocaleLowerCase()));
  const fresh: string[] = [];
  for (const cell of text.split(/[\r\n\t]+/)) {
    const example = cell
      .replace(/^\s*[-•*–]\s+/, "")
      .replaceAll(/\s+/g, " ")
      .trim()
      .slice(0, 500);
    if (!example || seen.has(example.toLocaleLowerCase())) continue;
    seen.add(example.toLocaleLowerCase());
    fresh.push(example);
  }
  return fresh;
}

/** A number that is the same for the same value: which state of a thing was looked at. */
export function stateOf(value: unknown): number {
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify(value)) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0;
  return hash;
}
