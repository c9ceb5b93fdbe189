import type { Phrase } from "@switchboard/protocol";
import { expect, test } from "vitest";
import { en } from "../src/i18n/en.ts";
import { ru } from "../src/i18n/ru.ts";

const forms = (phrase: Phrase) => (typeof phrase === "string" ? [phrase] : Object.values(phrase));
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
const keys = Object.keys(en) as (keyof typeof en)[];

test.each(keys)("%s has the same parameters in both languages, and no exclamation mark", (key) => {
  const [first] = forms(en[key]);
  for (const text of [...forms(en[key]), ...forms(ru[key])]) {
    expect(names(text)).toEqual(names(first!));
    expect(text).not.toContain("!");
  }
});

test("whatever counts has all Russian plural forms", () => {
  for (const key of keys) {
    const phrase: Phrase = ru[key];
    if (typeof phrase !== "string")
      expect(Object.keys(phrase).sort()).toEqual(["few", "many", "one", "other"]);
  }
});
