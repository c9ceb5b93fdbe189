import type { Row } from "@switchboard/protocol";
import { expect, test } from "vitest";
import { callOf, heard } from "../src/view/alerts.ts";
import { matching } from "../src/view/palette.ts";

const row = (changes: Partial<Row> = {}): Row => ({
  conversation: "c1",
  seq: 1,
  contact: { id: "a", name: "Ann" },
  channel: "webchat",
  status: "queued",
  owner: null,
  team: "",
  preview: null,
  waiting_since: 100,
  unread: true,
  locale: "en",
  labels: [],
  updated_at: 100,
  reason: "customer_asked",
  ...changes,
});
const olga = { id: "olga", name: "Olga" };
const call = (one: Row) => callOf(one, "olga", "online");

test("who asks for people calls everybody, and a customer of mine who waits calls me", () => {
  expect(call(row())).not.toBeNull();
  expect(call(row({ status: "open", owner: olga }))).not.toBeNull();
  expect(call(row({ status: "open", owner: { id: "pavel", name: "Pavel" } }))).toBeNull();
  expect(call(row({ status: "open", owner: olga, unread: false }))).toBeNull();
  expect(call(row({ status: "pending", waiting_since: null }))).toBeNull();
});

test("who is busy is called by their own alone, who is away by nobody", () => {
  expect(callOf(row(), "olga", "busy")).toBeNull();
  expect(callOf(row({ status: "open", owner: olga }), "olga", "busy")).not.toBeNull();
  expect(callOf(row({ status: "open", owner: olga }), "olga", "away")).toBeNull();
});

test("a call is new once, silent when somebody took it, and new when they wait again", () => {
  const first = heard(new Map(), [row()], call);
  expect(first.fresh).toHaveLength(1);
  const again = heard(first.calls, [row({ seq: 2 })], call);
  expect(again.fresh).toHaveLength(0);
  const taken = heard(again.calls, [row({ status: "open", owner: { id: "pavel", name: "P" } })], call);
  expect(taken.calls.size).toBe(0);
  expect(heard(again.calls, [row({ waiting_since: 200 })], call).fresh).toHaveLength(1);
});

test("a command is found by any of its words, the begun ones first", () => {
  const all = ["Private note", "Another", "Note for Ёлкина"].map((words) => ({
    id: words,
    words,
    beside: "",
    run: () => {},
  }));
  expect(matching(all, "not").map(({ id }) => id)).toEqual(["Private note", "Note for Ёлкина", "Another"]);
  expect(matching(all, "елк note").map(({ id }) => id)).toEqual(["Note for Ёлкина"]);
  expect(matching(all, "zzz")).toEqual([]);
});
