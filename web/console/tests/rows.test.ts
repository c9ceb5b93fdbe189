import type { Filter, Row, View } from "@switchboard/protocol";
import { expect, test } from "vitest";
import { belongs, hold, merge, neighbour, order } from "../src/view/rows.ts";

const row = (conversation: string, fields: Partial<Row> = {}): Row => ({
  conversation,
  seq: 1,
  contact: { id: "k", name: conversation },
  channel: "webchat",
  status: "pending",
  owner: null,
  team: "",
  preview: null,
  waiting_since: null,
  unread: false,
  locale: "en",
  labels: [],
  updated_at: 1,
  reason: "",
  ...fields,
});
const look = (view: View, filter: Filter = {}) => ({ view, filter, operator: "me" });
const ids = (rows: readonly Row[]) => rows.map((one) => one.conversation).join("");
const me = { id: "me", name: "Olga" };

test("who waits longest is on top, then the latest", () => {
  const rows = [
    row("a", { updated_at: 5 }),
    row("b", { updated_at: 9 }),
    row("c", { waiting_since: 7 }),
    row("d", { waiting_since: 3 }),
  ];
  expect(ids(order(rows))).toBe("dcba");
});

test("under the pointer rows keep their places and new ones come last", () => {
  const rows = [row("a"), row("b", { waiting_since: 1 }), row("n", { waiting_since: 0 })];
  expect(ids(hold(rows, ["a", "b"]))).toBe("abn");
});

test("a row leaves the view that it no longer belongs to", () => {
  const rows = [row("a", { status: "queued" }), row("b", { status: "queued" })];
  const taken = row("a", { status: "open", owner: me, seq: 2 });
  expect(ids(merge(rows, [taken], look("unassigned")))).toBe("b");
  expect(ids(merge([], [taken], look("mine")))).toBe("a");
});

test("a late echo of an older head changes nothing", () => {
  const rows = [row("a", { seq: 5, status: "queued" })];
  expect(merge(rows, [row("a", { seq: 4, status: "pending" })], look("unassigned"))[0]?.seq).toBe(5);
});

test("the keys walk the list and stop at its ends", () => {
  const rows = [row("a"), row("b")];
  expect(neighbour(rows, "", 1)).toBe("a");
  expect(neighbour(rows, "a", 1)).toBe("b");
  expect(neighbour(rows, "b", 1)).toBe(null);
  expect(neighbour([], "", -1)).toBe(null);
});

test("a filter lets pass what it names", () => {
  const mine = row("a", { status: "open", owner: me, labels: ["urgent"], team: "t1", channel: "webchat" });
  const fits = (filter: Filter) => belongs(mine, look("all", filter));
  expect(fits({ label: "urgent", team: "t1", owner: "me", channel: "webchat" })).toBe(true);
  expect(fits({ label: "" })).toBe(true);
  for (const filter of [{ label: "calm" }, { team: "t2" }, { owner: "you" }, { channel: "telegram" }])
    expect(fits(filter)).toBe(false);
  expect(belongs(mine, look("unassigned", { label: "urgent" }))).toBe(false);
});
