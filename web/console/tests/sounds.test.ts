import { expect, test } from "vitest";
import type { Sound } from "../src/api/sounds.ts";
import { blank, hasOther, readSayings, saysSomething, writeSayings } from "../src/pages/bot/model/answers.ts";
import { freeName, heardIn, soundNamed, withSound } from "../src/view/sounds.ts";

const sound = (name: string, more: Partial<Sound> = {}): Sound => ({
  id: name,
  name,
  former: [],
  locale: "en",
  seconds: 2,
  created_by: "Anna",
  inboxes: [],
  ...more,
});

test("a sound is found by its name whatever its letters, and by a former one until another has it", () => {
  const old = sound("Hello of 2026", { former: ["Hello"] });
  expect(soundNamed([old], " hello ")).toBe(old);
  const young = sound("HELLO");
  expect(soundNamed([old, young], "hello")).toBe(young);
  expect(soundNamed([old], "goodbye")).toBeUndefined();
});

test("who speaks a language hears what is spoken in it, and music", () => {
  const all = [sound("a"), sound("b", { locale: "ru" }), sound("c", { locale: "" })];
  expect(heardIn(all, "en").map(({ name }) => name)).toEqual(["a", "c"]);
  expect(heardIn(all, "")).toEqual(all);
});

test("a new sound gets a name that is free", () => {
  expect(freeName([], "Greeting")).toBe("Greeting");
  expect(freeName([sound("greeting"), sound("Greeting 2")], "Greeting")).toBe("Greeting 3");
});

test("the voice again leaves nothing behind", () => {
  const chosen = withSound({}, "en", "greeting", "Hello");
  expect(chosen).toEqual({ en: { greeting: "Hello" } });
  expect(withSound(chosen, "en", "greeting", "")).toEqual({});
  expect(withSound(chosen, "ru", "filler", "Миг")).toEqual({
    en: { greeting: "Hello" },
    ru: { filler: "Миг" },
  });
});

test("an answer's sound is read and written, and what else is custom stays", () => {
  const file = [{ text: "Hi", channel: "voice", custom: { sound: "Hello", handoff: { team: "Sales" } } }];
  const [saying] = readSayings(file);
  expect(saying!.sound).toBe("Hello");
  expect(hasOther(saying!)).toBe(true);
  expect(writeSayings([saying!])).toEqual(file);
  expect(writeSayings([{ ...saying!, sound: "" }])).toEqual([
    { text: "Hi", channel: "voice", custom: { handoff: { team: "Sales" } } },
  ]);
});

test("a sound alone says something", () => {
  const saying = { ...blank("en", "voice"), sound: "Hello" };
  expect(saysSomething(saying)).toBe(true);
  expect(writeSayings([saying])).toEqual([
    {
      channel: "voice",
      condition: [{ type: "slot", name: "language", value: "en" }],
      custom: { sound: "Hello" },
    },
  ]);
  expect(saysSomething({ ...saying, sound: "" })).toBe(false);
});
