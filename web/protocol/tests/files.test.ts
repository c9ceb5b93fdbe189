import { expect, test } from "vitest";
import { fatesOf, fileSize, filesOf, isPicture, renewAfter, wordsOf } from "../src/files.ts";
import type { AnyEvent, Entry } from "../src/types.ts";

const endpoint = { inbox: "i", identity: "v", channel: "telegram" };
const message: AnyEvent = {
  type: "customer_message",
  text: "",
  endpoint,
  files: [
    { id: "a", name: "photo.jpg", type: "image/jpeg", pending: true },
    { id: "b", name: "video.mp4", pending: true },
    { id: "c", name: "voice.ogg", pending: true },
    { id: "d", name: "bill.pdf", type: "application/pdf", size: 9 },
  ],
};
const log = (...events: AnyEvent[]): Entry[] =>
  events.map((event, index) => ({ seq: index + 1, id: `e${index}`, at: index, event }));

test("a file is what the log last told of it", () => {
  const fates = fatesOf(
    log(
      message,
      { type: "file_ready", seq: 1, file: { id: "a", name: "photo.png", type: "image/png", size: 7 } },
      { type: "file_failed", seq: 1, file: "b", reason: "too_large" },
    ),
  );
  expect(filesOf(message, fates)).toEqual([
    { id: "a", name: "photo.png", type: "image/png", size: 7, kind: "", seconds: 0, state: "here" },
    { id: "b", name: "video.mp4", type: "", size: 0, kind: "", seconds: 0, state: "too_large" },
    { id: "c", name: "voice.ogg", type: "", size: 0, kind: "", seconds: 0, state: "pending" },
    { id: "d", name: "bill.pdf", type: "application/pdf", size: 9, kind: "", seconds: 0, state: "here" },
  ]);
  expect(filesOf({ type: "bot_message", text: "x", endpoint, turn: 1 }, fates)).toEqual([]);
});

test("a message without a word is told by its files' names", () => {
  expect(wordsOf(message)).toBe("photo.jpg, video.mp4, voice.ogg, bill.pdf");
  expect(wordsOf({ ...message, text: "Look" } as AnyEvent)).toBe("Look");
  expect(wordsOf({ type: "handoff_cancelled" })).toBe("");
});

test("only what holds nothing but a picture is shown as one", () => {
  const file = {
    id: "a",
    name: "a",
    type: "image/png",
    size: 1000,
    kind: "",
    seconds: 0,
    state: "here",
  } as const;
  expect(isPicture(file)).toBe(true);
  for (const change of [
    { type: "image/svg+xml" },
    { type: "text/html" },
    { state: "pending" as const },
    { size: 1e9 },
  ])
    expect(isPicture({ ...file, ...change })).toBe(false);
});

test("a size is written as people write it", () => {
  expect(["en", "ru"].map((locale) => fileSize(1_440_000, locale))).toEqual(["1.4 MB", "1,4 МБ"]);
  expect([900, 48_213, 20_000_000, 0].map((size) => fileSize(size, "en"))).toEqual([
    "900B",
    "48 kB",
    "20 MB",
    "",
  ]);
});

test("a link is renewed before it expires, whatever this clock says", () => {
  expect(renewAfter(3_600_000_000, 0)).toBe(2_880_000);
  expect(renewAfter(0, 9e12)).toBe(60_000);
  expect(renewAfter(9e18, 0)).toBe(3_600_000);
});

test("what is said in a file stands with it", () => {
  const words = log(
    message,
    { type: "transcribed", seq: 1, file: "c", text: "Red or white?", language: "en" },
    { type: "transcribed", seq: 1, file: "d", problem: "unreadable" },
  );
  expect(filesOf(message, fatesOf(words)).map((file) => file.words)).toEqual([
    undefined,
    undefined,
    words[1]!.event,
    words[2]!.event,
  ]);
});
