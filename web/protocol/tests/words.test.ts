import { expect, test } from "vitest";
import { linkify } from "../src/links.ts";
import { phrasebook, pickLocale } from "../src/phrases.ts";

const links = (text: string) =>
  linkify(text)
    .filter((span) => span.href)
    .map((span) => span.text);

test("web addresses become links and closing punctuation stays outside", () => {
  expect(links("See https://example.org/a, or (http://example.org).")).toEqual([
    "https://example.org/a",
    "http://example.org",
  ]);
  expect(links("https://example.org/Switch_(telephony)")).toEqual(["https://example.org/Switch_(telephony)"]);
});

test("nothing but http and https is a link", () => {
  expect(links("javascript:alert(1) data:text/html,x ftp://example.org https://user@example.org")).toEqual(
    [],
  );
});

test("the spans of a text add up to it", () => {
  const text = "a https://example.org/ b <script> https://x.example?q=1&r=2.";
  expect(
    linkify(text)
      .map((span) => span.text)
      .join(""),
  ).toBe(text);
});

test("plural forms follow CLDR", () => {
  const say = phrasebook(
    { wait: { one: "{n} минута", few: "{n} минуты", many: "{n} минут", other: "{n} минуты" } },
    "ru",
  );
  expect([1, 2, 5, 11, 21].map((n) => say("wait", { n }))).toEqual([
    "1 минута",
    "2 минуты",
    "5 минут",
    "11 минут",
    "21 минута",
  ]);
});

test("the first wanted language that is known is taken", () => {
  expect(pickLocale(["de-CH", "ru-RU", "en"], ["en", "ru"], "en")).toBe("ru");
  expect(pickLocale([], ["en", "ru"], "en")).toBe("en");
});
