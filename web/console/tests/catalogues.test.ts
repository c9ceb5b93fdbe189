import type { Phrase } from "@switchboard/protocol";
import { expect, test } from "vitest";
import { en } from "../src/i18n/en.ts";
import { ru } from "../src/i18n/ru.ts";
import { en as contactsEn } from "../src/i18n/contacts/en.ts";
import { ru as contactsRu } from "../src/i18n/contacts/ru.ts";
import { en as settingsEn } from "../src/i18n/settings/en/index.ts";
import { ru as settingsRu } from "../src/i18n/settings/ru/index.ts";
import { en as studioEn } from "../src/i18n/studio/en.ts";
import { ru as studioRu } from "../src/i18n/studio/ru.ts";
import { en as waysEn } from "../src/i18n/ways/en.ts";
import { ru as waysRu } from "../src/i18n/ways/ru.ts";

const forms = (phrase: Phrase) => (typeof phrase === "string" ? [phrase] : Object.values(phrase));
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
const english: Record<string, Phrase> = { ...en, ...settingsEn, ...waysEn, ...contactsEn };
const russian: Record<string, Phrase> = { ...ru, ...settingsRu, ...waysRu, ...contactsRu };
const keys = Object.keys(english);
// The page that teaches the bot says some things in words of its own.
const taught: readonly (readonly [string, Phrase, Phrase])[] = Object.entries(studioEn).map(
  ([key, phrase]) => [key, phrase, studioRu[key as keyof typeof studioEn]],
);

test.each(keys)("%s has the same parameters in both languages, and no exclamation mark", (key) => {
  const [first] = forms(english[key]!);
  for (const text of [...forms(english[key]!), ...forms(russian[key]!)]) {
    expect(names(text)).toEqual(names(first!));
    expect(text).not.toContain("!");
  }
});

test("whatever counts has all Russian plural forms", () => {
  for (const key of keys) {
    const phrase = russian[key]!;
    if (typeof phrase !== "string")
      expect(Object.keys(phrase).sort()).toEqual(["few", "many", "one", "other"]);
  }
});

test.each(taught)("the studio’s %s is the same in both languages", (_, en, ru) => {
  const [first] = forms(en);
  for (const text of [...forms(en), ...forms(ru)]) {
    expect(names(text)).toEqual(names(first!));
    expect(text).not.toMatch(/!|\b(?:intent|utter_|YAML|интент)/);
  }
  if (typeof ru !== "string") expect(Object.keys(ru).sort()).toEqual(["few", "many", "one", "other"]);
});
