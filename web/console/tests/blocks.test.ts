import type { AnyEvent, Entry } from "@switchboard/protocol";
import { expect, test } from "vitest";
import { litFor, unfolded } from "../src/view/blocks.ts";
import { timeline, type Item } from "../src/view/timeline.ts";

const WEB = { inbox: "i", identity: "v", channel: "webchat" };
const VOICE = { ...WEB, channel: "voice" };
const olga = { id: "olga", name: "Olga" };
const speech = { leg: "leg-1", since: 0, until: 900 };
const CALL: readonly AnyEvent[] = [
  { type: "conversation_started", contact: "k", endpoint: WEB, locale: "en" },
  { type: "customer_message", text: "Before", endpoint: WEB },
  { type: "call_started", leg: "leg-1", endpoint: VOICE },
  { type: "customer_message", text: "Spoken", endpoint: VOICE, speech },
  { type: "bot_message", text: "Answered", endpoint: VOICE, turn: 4 },
  { type: "customer_message", text: "Written meanwhile", endpoint: WEB },
  { type: "taken", operator: olga, via: "take" },
  { type: "call_answered", leg: "leg-1", by: olga },
  { type: "call_ended", leg: "leg-1", why: "hung_up" },
  { type: "customer_message", text: "After", endpoint: WEB },
  { type: "call_recorded", leg: "leg-1", file: "file-1", seconds: 9 },
];
const log = (events: readonly AnyEvent[]): readonly Entry[] =>
  events.map((event, i) => ({ seq: i + 1, id: `e${i}`, at: (i + 1) * 1e6, event }));
const read = (events: readonly AnyEvent[]) => timeline(log(events), [], "olga");
const within = (items: readonly Item[]) => items.filter(({ block }) => block).map(({ seq }) => seq);

test("a call is a block from its begin to its end, in the log\u2019s order", () => {
  const items = read(CALL);
  const head = items.find((item) => item.kind === "call");
  expect(head).toMatchObject({ seq: 3, people: ["Olga"], endedAt: 9e6, why: "hung_up" });
  expect(within(items)).toEqual([4, 5, 6, 7, 8, 9]);
  expect(items.map(({ seq }) => seq).filter((seq) => seq > 0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(items.filter(({ block }) => block?.last).map(({ seq }) => seq)).toEqual([9]);
});

test("what is written meanwhile, and who took it, stay where a block is folded", () => {
  const left = unfolded(read(CALL), new Set(["leg-1"]));
  expect(left.map(({ seq }) => seq).filter((seq) => seq > 0)).toEqual([1, 2, 3, 6, 7, 10]);
  expect(within(left)).toEqual([]);
  expect(within(unfolded(read(CALL), new Set(["leg-2"])))).toEqual(within(read(CALL)));
});

test("the recording stands at the head, and is found there", () => {
  const items = read(CALL);
  const head = items.find((item) => item.kind === "call");
  expect(head?.kind === "call" && head.recording?.file).toBe("file-1");
  expect(items.some(({ kind }) => kind === "recording")).toBe(false);
  expect(litFor(items, 11)).toBe(head);
  expect(litFor(items, 5)?.seq).toBe(5);
  expect(litFor(items, 0)).toBeNull();
});

test("a call that goes on has no end, and one whose begin isn\u2019t loaded is no block", () => {
  const live = read(CALL.slice(0, 8));
  expect(live.find((item) => item.kind === "call")).toMatchObject({ endedAt: null, why: null });
  expect(within(live)).toEqual([4, 5, 6, 7, 8]);
  const tail = timeline(log(CALL).slice(3), [], "olga");
  expect(within(tail)).toEqual([]);
  expect(tail.some(({ kind }) => kind === "recording")).toBe(true);
});
