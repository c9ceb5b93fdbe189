import { phrasebook, type Catalogue, type Say as AnySay } from "@switchboard/protocol";
import { en } from "./en.ts";
import { ru } from "./ru.ts";

export type Key = keyof typeof en;
export type Words = Catalogue<Key>;
export type Say = AnySay<Key>;
export type Locale = "en" | "ru";

export const LOCALES: readonly Locale[] = ["en", "ru"];

const catalogues: Readonly<Record<Locale, Words>> = { en, ru };

export function speak(locale: Locale): Say {
  return phrasebook<Key>(catalogues[locale], locale);
}

export function knows(key: string): key is Key {
  return key in en;
}

/** `key` if the catalogue has it, else `fallback`: for words that depend on what the server sent. */
export function known(key: string, fallback: Key): Key {
  return knows(key) ? key : fallback;
}
