import type { Row } from "@switchboard/protocol";
import { expect, test } from "vitest";
import type { HeldAt, Taker } from "../src/api/held.ts";
import { choseForAll, fits, linesOf, news, takersOf, tally, usualChoice } from "../src/view/leaving.ts";

const row = (conversation: string, changes: Partial<Row> = {}): Row => ({
  conversation,
  seq: 1,
  contact: { id: "a", name: "Ann" },
  channel: "webchat",
  status: "open",
  owner: { id: "olga", name: "Olga" },
  team: "",
  preview: null,
  waiting_since: null,
  unread: false,
  locale: "en",
  labels: [],
  updated_at: 100,
  reason: "customer_asked",
  ...changes,
});
const pavel: Taker = { id: "pavel", name: "Pavel", state: "online", takes: true };
const anna: Taker = { id: "anna", name: "Anna", state: "away", takes: false };
const rita: Taker = { id: "rita", name: "Rita", state: "busy", takes: true };
const at = (id: string, rows: readonly Row[], colleagues: readonly Taker[]): HeldAt => ({
  business: { id, name: id, color: "" },
  conversations: rows.map((one) => ({ row: one, floor_seq: 3 })),
  resting: 0,
  colleagues,
});
const held = [
  at(
    "shop",
    [row("waits", { waiting_since: 5 }), row("rests"), row("over", { status: "wrap_up" })],
    [pavel, anna],
  ),
  at("garden", [row("tea")], [rita]),
];

test("nobody is left waiting unless their operator says so", () => {
  expect(linesOf(held).map(({ choice }) => choice)).toEqual(["queue", "keep", "keep", "keep"]);
  expect(usualChoice(row("x", { status: "wrap_up", waiting_since: 5 }))).toBe("keep");
});

test("only who can take it now can be chosen, and what is being wrapped up is nobody else's", () => {
  const [waits, , over, tea] = linesOf(held);
  expect(fits(waits!, "to:pavel")).toBe(true);
  expect(fits(waits!, "to:anna")).toBe(false);
  expect(fits(tea!, "to:pavel")).toBe(false);
  expect(fits(over!, "to:pavel")).toBe(false);
  expect(fits(over!, "queue")).toBe(true);
  expect(takersOf(linesOf(held)).map(({ id }) => id)).toEqual(["pavel", "rita"]);
});

test("one choice for all is made wherever it can be, and leaves the others as they were", () => {
  const passed = choseForAll(linesOf(held), "to:pavel");
  expect(passed.map(({ choice }) => choice)).toEqual(["to:pavel", "to:pavel", "keep", "keep"]);
  expect(tally(passed)).toEqual({ kept: 2, queued: 0, ended: 0, passed: 2 });
  expect(tally(choseForAll(passed, "queue"))).toEqual({ kept: 0, queued: 3, ended: 1, passed: 0 });
});

test("what was chosen and what went wrong outlive a look, unless the colleague is gone", () => {
  const chosen = choseForAll(linesOf(held), "to:pavel").map((one) => ({ ...one, problem: "Not now" }));
  const again = linesOf(held, chosen);
  expect(again.map(({ choice }) => choice)).toEqual(["to:pavel", "to:pavel", "keep", "keep"]);
  expect(again[0]!.problem).toBe("Not now");
  const gone = [at("shop", [row("waits", { waiting_since: 5 })], [{ ...pavel, takes: false }])];
  expect(linesOf(gone, chosen)).toMatchObject([{ choice: "queue", problem: "Not now", floor_seq: 3 }]);
});

test("what came meanwhile is news, what was decided is none", () => {
  const decided = linesOf(held);
  expect(news(decided, decided)).toEqual([]);
  const more = linesOf([...held, at("late", [row("new")], [])], decided);
  expect(news(more, decided).map(({ row: { conversation } }) => conversation)).toEqual(["new"]);
});
