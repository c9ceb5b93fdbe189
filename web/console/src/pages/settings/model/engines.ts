import type { Engine } from "../../../api/speech.ts";

export type SpeechPart = "hears" | "speaks";
export const MOST_ENGINES = 5;
/** What works where nothing is chosen. */
export const STARTS: Readonly<Record<SpeechPart, string>> = { hears: "pocketsphinx", speaks: "espeak-ng" };

/** Whether an engine may know a language. */
export function knows({ languages }: Engine, locale: string): boolean {
  return languages.length === 0 || languages.includes(locale.split("-")[0]!);
}

/** What can be added to an order, those that work first. */
export function addable(
  engines: readonly Engine[],
  part: SpeechPart,
  locale: string,
  chosen: readonly string[],
): readonly Engine[] {
  const fits = engines.filter((one) => one[part] && knows(one, locale) && !chosen.includes(one.name));
  return fits.toSorted((one, other) => Number(one.lacks !== "") - Number(other.lacks !== ""));
}

/** How an order stands: `start`: nothing of it is more than a start; `gone`: that isn't set up any more. */
export function standing(
  engines: readonly Engine[],
  part: SpeechPart,
  chosen: readonly string[],
): { readonly start: boolean; readonly gone: readonly string[] } {
  const order = chosen.length > 0 ? chosen : [STARTS[part]];
  const found = (name: string) => engines.find((one) => one.name === name);
  const start = order.every((name) => {
    const one = found(name);
    return !one || one.start || one.lacks !== "";
  });
  return { start, gone: chosen.filter((name) => !found(name)) };
}

/** An order by language with another one for a language; a language without one is left out. */
export function ordered<T>(
  all: Readonly<Record<string, readonly T[]>>,
  locale: string,
  order: readonly T[],
): Readonly<Record<string, readonly T[]>> {
  const { [locale]: _, ...others } = all;
  return order.length > 0 ? { ...others, [locale]: order } : others;
}
