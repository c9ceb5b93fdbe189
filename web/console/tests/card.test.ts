import { emptyLog, extend, type AnyEvent, type Log } from "@switchboard/protocol";
import { expect, test } from "vitest";
import type { Clue, ContextCard, MoodPoint } from "../src/api/cards.ts";
import { speak } from "../src/i18n/index.ts";
import { cameFrom, clueLine, ended, lastMove, line, matter, signs, why } from "../src/view/card.ts";

const say = speak("en");
const endpoint = { inbox: "i", identity: "v", channel: "webchat" };
const olga = { id: "olga", name: "Olga" };
const STARTED: AnyEvent = { type: "conversation_started", contact: "k", endpoint, locale: "en" };

function logOf(...events: readonly AnyEvent[]): Log {
  const entries = [STARTED, ...events].map((event, at) => ({
    seq: at + 1,
    id: `e${at}`,
    at: at * 1e6,
    event,
  }));
  return extend(emptyLog("c"), entries, entries.length);
}
const clue = (fields: Partial<Clue>): Clue => ({
  seq: 1, at: 0, kind: "asked", text: "", scores: [], went: "", name: "", ...fields,
}); // prettier-ignore
const told = (fields: Partial<Clue>, words = say) =>
  clueLine(clue(fields), { say: words, locale: "en" }, "the customer asked for a person");

test("whose it is and why is said of the log as it is now", () => {
  const handed: AnyEvent = { type: "handoff_requested", reason: "customer_asked", by: "customer" };
  const reader = { me: "olga", say, locale: "en" };
  expect(why(logOf(handed).state, reader)).toBe("Waits for an answer: the customer asked for a person.");
  const taken = logOf(handed, { type: "taken", operator: olga, via: "take" });
  expect(why(taken.state, reader)).toBe("It is yours: the customer asked for a person.");
  expect(why(taken.state, { ...reader, me: "pavel" })).toBe("Olga has it: the customer asked for a person.");
});

test("what it is about stands in one line, as far as it is known", () => {
  const card = (fields: Partial<ContextCard["why"]>) =>
    ({ why: { reason: "", words: "", topic: "", tries: 0, text: "", ...fields } }) as ContextCard;
  expect(matter(card({ topic: "Delivery", tries: 2 }), say)).toBe("about “Delivery” · the bot tried 2 times");
  expect(matter(card({ topic: "Доставка", tries: 2 }), speak("ru"))).toBe(
    "тема «Доставка» · бот ответил 2 раза",
  );
  expect(matter(card({ words: "A repair went wrong" }), say)).toBe("A repair went wrong");
  expect(matter(card({}), say)).toBe("");
});

test("each line of evidence has its words", () => {
  expect(told({ text: "Lamp?" })).toEqual({ label: "Asked", text: "Lamp?", went: "" });
  expect(told({}).text).toBe("Sent a file");
  const scores = [
    { intent: "delivery", title: "Delivery", confidence: 0.824 },
    { intent: "refund", confidence: 0.11 },
  ];
  expect(told({ kind: "understood", scores }).text).toBe("Delivery 82% · refund 11%");
  expect(told({ kind: "tried", text: "On Tuesday.", went: "person" }).went).toBe("not enough");
  expect(told({ kind: "tried", went: "of a later release" as Clue["went"] }).went).toBe("answered");
  expect(told({ kind: "trigger" }).text).toBe("the customer asked for a person");
  expect(told({ kind: "trigger", text: "A repair went wrong" }).text).toBe("A repair went wrong");
  expect(told({ kind: "trigger", name: "Olga" }).text).toBe("Olga was disconnected");
  expect(told({ kind: "passed", name: "Olga", text: "For the workshop" }).text).toBe(
    "Olga: For the workshop",
  );
});

test("what people write doesn't change the card; what customers and the bot do does", () => {
  const reply: AnyEvent = { type: "operator_message", text: "Hi", endpoint, operator: "olga", name: "Olga" };
  const said: AnyEvent = { type: "customer_message", text: "Lamp?", endpoint };
  expect(lastMove(logOf(said, reply, reply))).toBe(2);
  expect(lastMove(logOf(said, reply, said))).toBe(4);
});

const point = (level: number, fields: Partial<MoodPoint> = {}): MoodPoint => ({
  seq: 1, at: 0, value: level, level, words: [], marks: [], ...fields,
}); // prettier-ignore

test("the line of the mood goes from glad on top to upset at the bottom", () => {
  expect(line([point(1), point(0), point(-1)], 100, 20)).toEqual([
    [0, 0],
    [50, 10],
    [100, 20],
  ]);
  expect(line([point(0)], 100, 20)).toEqual([[100, 10]]);
  expect(signs(point(-1, { words: ["ridiculous"], marks: ["capitals", "repeat"] }), say)).toBe(
    "“ridiculous”, capitals, said again",
  );
});

test("where they came from is told where it is another site", () => {
  const url = "https://shop.example/lamps";
  expect(cameFrom({ url, referrer: "https://search.example/q" })).toBe("search.example");
  expect(cameFrom({ url, referrer: "https://shop.example/" })).toBe("");
  expect(cameFrom({ url, referrer: "" })).toBe("");
});

test("an earlier request says how it ended", () => {
  const past = (fields: object) => ({ ending: "answered", reason: "", code: "", ...fields }) as never;
  expect(ended(past({ code: "Solved" }), say)).toBe("answered · Solved");
  expect(ended(past({ ending: "lost", reason: "left" }), say)).toBe("lost (left)");
});
