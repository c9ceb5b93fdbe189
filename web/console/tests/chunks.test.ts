import type { AnyEvent, Entry, Letter } from "@switchboard/protocol";
import { expect, test } from "vitest";
import { chunked } from "../src/view/chunks.ts";
import { timeline, type Written } from "../src/view/timeline.ts";

const endpoint = { inbox: "i", identity: "v", channel: "webchat" };
const said = (seq: number): Entry => ({
  seq,
  id: `e${seq}`,
  at: Date.UTC(2026, 5, 1) * 1000 + seq * 1_000_000,
  event: { type: "customer_message", text: `n${seq}`, endpoint } as AnyEvent,
});
const letter: Letter<Written> = {
  id: "l1",
  at: Date.UTC(2026, 5, 1) + 900_000,
  body: { conversation: "c", verb: "reply", text: "on its way", floor_seq: 1 },
  error: null,
};
const from = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => said(first + index));

test("stretches stay the same when older entries come before them", () => {
  const tail = chunked(timeline(from(90, 200), [letter], "me"));
  const whole = chunked(timeline(from(1, 200), [letter], "me"));
  expect(tail.map(({ key }) => key)).toEqual([2, 3, 4, 5]);
  expect(whole.map(({ key }) => key)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(tail.at(-1)!.items).toEqual(whole.at(-1)!.items);
});

test("a day stands with what follows it, what is on its way with the last words", () => {
  const [first, ...rest] = chunked(timeline(from(1, 100), [letter], "me"));
  expect(first!.items[0]!.kind).toBe("day");
  expect(rest.at(-1)!.items.at(-1)!.key).toBe("l1");
  expect(chunked(timeline([], [letter], "me")).map(({ items }) => items.length)).toEqual([2]);
});
