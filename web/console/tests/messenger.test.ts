import type { AnyEvent, Entry, Letter } from "@switchboard/protocol";
import { expect, test } from "vitest";
import { speak } from "../src/i18n/index.ts";
import { unsupportedName, wordsBeside } from "../src/view/kinds.ts";
import { coordinates, mapLink, pointIn } from "../src/view/places.ts";
import { reach } from "../src/view/reach.ts";
import { timeline, type MessageItem, type Written } from "../src/view/timeline.ts";

const logs = import.meta.glob<{ readonly entries: readonly Entry[] }>(
  "../../../tests/fixtures/logs/messenger.json",
  { eager: true, import: "default" },
);
const { entries } = Object.values(logs)[0]!;
const say = speak("en");
const me = "operator-olga";
const messages = (log: readonly Entry[], letters: readonly Letter<Written>[] = []) =>
  timeline(log, letters, me).filter((item): item is MessageItem => item.kind === "message");
const all = messages(entries);
const telegram = { inbox: "i", identity: "t", channel: "telegram" };
const web = { inbox: "w", identity: "w", channel: "webchat" };
const logOf = (...events: readonly AnyEvent[]): readonly Entry[] =>
  events.map((event, i) => ({ seq: i + 1, id: `e${i}`, at: (i + 1) * 1e6, event }));

test("an album is one message, and an edit is kept with what was said before", () => {
  expect(all[0]?.files).toHaveLength(2);
  const edited = all.find(({ text }) => text === "13")!;
  expect(edited.edited).toBe(true);
  expect(edited.earlier.map((one) => [one?.text, one?.spans?.length])).toEqual([["**12", 1]]);
});

test("a reply shows what it answers, and the chosen words of it", () => {
  const log = logOf(
    { type: "bot_message", text: "Which **number** is it?", endpoint: telegram, turn: 1 },
    { type: "customer_message", text: "this", endpoint: telegram, reply_to: 1 },
    { type: "customer_message", text: "this", endpoint: telegram, reply_to: 1, quote: "number" },
    { type: "customer_message", text: "that", endpoint: telegram, quote: "of another chat" },
    { type: "customer_message", text: "older", endpoint: telegram, reply_to: 900 },
  );
  expect(messages(log).map(({ quoted }) => quoted && [quoted.seq, quoted.author, quoted.text])).toEqual([
    null,
    [1, "bot", "Which number is it?"],
    [1, "bot", "number"],
    [0, "", "of another chat"],
    [900, "", ""],
  ]);
});

test("what was taken back still says what it was, and nobody quotes its words", () => {
  const reply = {
    type: "operator_message",
    text: "wrong",
    endpoint: telegram,
    operator: me,
    name: "Olga",
  } as const;
  const log = logOf(
    reply,
    { ...reply, text: "right", reply_to: 1 },
    {
      type: "operator_deleted",
      seq: 1,
      endpoint: telegram,
      operator: me,
      name: "Olga",
    },
  );
  const [gone, after] = messages(log);
  expect([gone?.text, gone?.deleted]).toEqual(["wrong", 3e6]);
  expect([after?.quoted?.kind, after?.quoted?.text]).toEqual(["deleted", ""]);
});

test("a change that is on its way shows at its message; a refused one leaves the words as they are", () => {
  const reply: AnyEvent = {
    type: "operator_message",
    text: "4",
    endpoint: telegram,
    operator: me,
    name: "Olga",
  };
  const body: Written = { conversation: "c", verb: "edit_reply", text: "5", seq: 1, floor_seq: 0 };
  const letter = { id: "x", at: 9, body, error: null };
  const [changed] = messages(logOf(reply), [letter]);
  expect([changed?.text, changed?.letter?.id]).toEqual(["5", "x"]);
  const [refused] = messages(logOf(reply), [{ ...letter, error: "no" }]);
  expect([refused?.text, refused?.letter?.error]).toEqual(["4", "no"]);
});

test("in a group each writer is a person of their own", () => {
  const said = (author: string): AnyEvent => ({
    type: "customer_message",
    text: "x",
    endpoint: telegram,
    author,
  });
  const shown = messages(logOf(said("Ann"), said("Ann"), said("Ben")));
  expect(shown.map(({ name, first }) => [name, first])).toEqual([
    ["Ann", true],
    ["Ann", false],
    ["Ben", true],
  ]);
});

test("an erased edit is no words, and what was erased has no place", () => {
  const message: AnyEvent = { type: "customer_message", text: "", endpoint: telegram };
  const edit: AnyEvent = { type: "customer_edited", seq: 1, text: "" };
  const [item] = messages(
    logOf({ type: "redacted", shell: message } as AnyEvent, { type: "redacted", shell: edit } as AnyEvent),
  );
  expect([item?.text, item?.place]).toEqual([null, null]);
});

test("lines tell how the chat was opened, and where nothing arrives any more", () => {
  const lines = timeline(entries, [], me).flatMap((item) =>
    item.kind === "line" ? item.wording.say(say, "en") : [],
  );
  expect(lines).toContain("Opened the chat · spring");
  expect(lines).toContain("Telegram: the customer blocked us, or is gone");
  expect(lines).toContain("Telegram: the customer can be reached again");
});

test("whether the customer can be reached is said in a sentence, with what is left", () => {
  const state = { endpoint: telegram, channels: [web, telegram], unreachable: ["t"] };
  expect(reach(state, say)).toMatchObject({ lost: true, left: [web] });
  expect(reach(state, say).words).toMatch(/Telegram.*Reply by: Web chat\.$/);
  expect(reach({ ...state, channels: [telegram] }, say).words).toMatch(/no other channel\.$/);
  expect(reach({ ...state, unreachable: [] }, say)).toMatchObject({ lost: false, words: "" });
});

test.each([
  ["55.7512, 37.6184", "55.75120, 37.61840"],
  ["-33.86 151.21", "-33.86000, 151.21000"],
  ["geo:55.7512,37.6184?z=16", "55.75120, 37.61840"],
  ["https://www.openstreetmap.org/?mlat=55.75&mlon=37.61#map=16/55.7/37.6", "55.75000, 37.61000"],
  ["https://www.openstreetmap.org/#map=16/55.75/37.61", "55.75000, 37.61000"],
  ["https://www.google.com/maps/place/X/@55.7,37.6,17z/data=!3d55.75!4d37.61", "55.75000, 37.61000"],
  ["https://maps.google.com/?q=55.75,37.61", "55.75000, 37.61000"],
  ["https://yandex.ru/maps/?ll=37.61%2C55.75&z=16", "55.75000, 37.61000"],
  ["https://yandex.ru/maps/?pt=37.61,55.75", "55.75000, 37.61000"],
  ["https://maps.apple.com/?ll=55.75,37.61", "55.75000, 37.61000"],
])("a place is read from what maps give: %s", (pasted, expected) => {
  expect(coordinates(pointIn(pasted)!)).toBe(expected);
});

test.each(["", "the shop", "95, 200", "https://tea.example/", "55.75"])(
  "what is no place is none: %s",
  (pasted) => {
    expect(pointIn(pasted)).toBeNull();
  },
);

test("a map's address holds the place", () => {
  expect(mapLink({ latitude: 55.75, longitude: 37.61 })).toBe(
    "https://www.openstreetmap.org/?mlat=55.750000&mlon=37.610000#map=16/55.750000/37.610000",
  );
});

test("a list says what it is, not how its file is called", () => {
  expect(wordsBeside("voice.ogg", "voice")).toBe("");
  expect(wordsBeside("photo.jpg, photo.jpg", "photo")).toBe("");
  expect(wordsBeside("Look at this", "photo")).toBe("Look at this");
  expect(wordsBeside("bill.pdf", "file")).toBe("bill.pdf");
  expect(unsupportedName("dice", say)).toBe("A throw of dice");
  expect(unsupportedName("hologram", say)).toBe("Something new (hologram)");
});
