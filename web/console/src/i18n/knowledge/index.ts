import { phrasebook, type Catalogue, type Say as AnySay } from "@switchboard/protocol";
import type { Locale } from "../index.ts";
import { en } from "./en.ts";
import { ru } from "./ru.ts";

export type Key = keyof typeof en;
export type Words = Catalogue<Key>;
export type Say = AnySay<Key>;

const catalogues: Readonly<Record<Locale, Words>> = { en, ru };

export function speak(locale: Locale): Say {
  return phrasebook<Key>(catalogues[locale], locale);
}
