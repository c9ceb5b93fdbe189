import type { Phrase } from "@switchboard/protocol";
import { expect, test } from "vitest";
import { en } from "../src/i18n/en.ts";
import { ru } from "../src/i18n/ru.ts";
import { WORDS as arrival } from "../src/panel/arrival/words.ts";
import { WORDS as details } from "../src/panel/details/words.ts";
import { WORDS as menu } from "../src/panel/menu/words.ts";
import { WORDS as queue } from "../src/panel/queue/words.ts";
import { WORDS as rating } from "../src/panel/rating/words.ts";
import { WORDS as rich } from "../src/panel/rich/words.ts";

type Words = Readonly<Record<string, Phrase>>;
const all: Record<string, { en: Words; ru: Words }> = {
  panel: { en, ru },
  arrival,
  details,
  menu,
  queue,
  rating,
  rich,
};
const forms = (phrase: Phrase) => (typeof phrase === "string" ? [phrase] : Object.values(phrase));
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
const phrases = Object.entries(all).flatMap(([part, words]) =>
  Object.keys(words.en).map((key) => ({ part, key, english: words.en[key]!, russian: words.ru[key]! })),
);

test.each(Object.keys(all))("%s says the same things in both languages", (part) => {
  expect(Object.keys(all[part]!.ru).sort()).toEqual(Object.keys(all[part]!.en).sort());
});

test.each(phrases)("$part $key has the same parameters in both, and no exclamation mark", (phrase) => {
  const [first] = forms(phrase.english);
  for (const text of [...forms(phrase.english), ...forms(phrase.russian)]) {
    expect(names(text)).toEqual(names(first!));
    expect(text).not.toContain("!");
  }
});

test("whatever counts has all Russian plural forms", () => {
  for (const { russian } of phrases)
    if (typeof russian !== "string")
      expect(Object.keys(russian).sort()).toEqual(["few", "many", "one", "other"]);
});
