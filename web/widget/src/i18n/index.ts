import { phrasebook, pickLocale, type Catalogue, type Say } from "@switchboard/protocol";
import type { en } from "./en.ts";

export type Key = keyof typeof en;
export type Words = Catalogue<Key>;

/** Each language is a file of its own: a visitor loads the one that they read. */
const catalogues = {
  en: async (): Promise<Words> => (await import("./en.ts")).en,
  ru: async (): Promise<Words> => (await import("./ru.ts")).ru,
};

export interface Language {
  readonly locale: string;
  readonly say: Say<Key>;
  has(key: string): key is Key;
}

/** The page's language, if we speak it. */
export async function language(wanted: string): Promise<Language> {
  const locale = pickLocale([wanted], ["en", "ru"] as const, "en");
  const words = await catalogues[locale]();
  return {
    locale,
    say: phrasebook(words, locale),
    has: (key: string): key is Key => key in words,
  };
}
