import { phrasebook, pickLocale, type Catalogue, type Say } from "@switchboard/protocol";
import { en } from "./en.ts";
import { ru } from "./ru.ts";

export type Key = keyof typeof en;
export type Words = Catalogue<Key>;

const catalogues = { en, ru } satisfies Record<string, Words>;

export function has(key: string): key is Key {
  return key in en;
}

export interface Language {
  readonly locale: string;
  readonly say: Say<Key>;
}

/** The page's language, if we speak it. */
export function language(wanted: string): Language {
  const locale = pickLocale([wanted], ["en", "ru"] as const, "en");
  return { locale, say: phrasebook(catalogues[locale], locale) };
}
