import type { ElsewhereFrame, Row } from "@switchboard/protocol";
import { speak } from "../src/i18n/index.ts";
import { expect, test } from "vitest";
import {
  answersItself,
  busyWords,
  callOf,
  callsAt,
  heard,
  heardAt,
  offersIn,
  waitsIn,
} from "../src/view/alerts.ts";
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
const call = (one: Row) => callOf(one, "olga", "online", true);
const offered = (id: string, expires_at = 900): Partial<Row> => ({
  offer: { operator: { id, name: id }, expires_at },
});

test("who asks for people calls everybody, and a customer of mine who waits calls me", () => {
  expect(call(row())).not.toBeNull();
  expect(call(row({ status: "open", owner: olga }))).not.toBeNull();
  expect(call(row({ status: "open", owner: { id: "pavel", name: "Pavel" } }))).toBeNull();
  expect(call(row({ status: "open", owner: olga, unread: false }))).toBeNull();
  expect(call(row({ status: "pending", waiting_since: null }))).toBeNull();
});

test("who is busy is called by their own alone, who is away by nobody", () => {
  expect(callOf(row(), "olga", "busy", true)).toBeNull();
  expect(callOf(row({ status: "open", owner: olga }), "olga", "busy", true)).not.toBeNull();
  expect(callOf(row({ status: "open", owner: olga }), "olga", "away", true)).toBeNull();
});

test("what routing gives out calls only whom it is offered to, and another offer calls anew", () => {
  expect(callOf(row(), "olga", "online", false)).toBeNull();
  expect(callOf(row(offered("olga")), "olga", "online", false)).not.toBeNull();
  expect(callOf(row(offered("pavel")), "olga", "online", true)).toBeNull();
  const first = heard(new Map(), [row(offered("olga"))], call);
  expect(heard(first.calls, [row({ ...offered("olga"), seq: 2 })], call).fresh).toHaveLength(0);
  expect(heard(first.calls, [row(offered("olga", 999))], call).fresh).toHaveLength(1);
});

test("my offers are listed as they end, and are no more when they are taken", () => {
  const rows = [
    row({ conversation: "late", ...offered("olga", 950) }),
    row({ conversation: "soon", ...offered("olga", 910) }),
    row({ conversation: "theirs", ...offered("pavel") }),
    row({ conversation: "mine", status: "open", owner: olga }),
  ];
  const { calls } = heard(new Map(), rows, call);
  expect(offersIn(calls.values(), "olga").map(({ conversation }) => conversation)).toEqual(["soon", "late"]);
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

// --- other businesses -----------------------------------------------------------------------------------------------

const garden = { id: "garden", name: "Tea Garden", color: "#7A3E9D" };
const told = (rows: readonly Row[], counts: Partial<ElsewhereFrame> = {}): ElsewhereFrame => ({
  type: "elsewhere",
  business: garden,
  rows,
  waiting: 0,
  queued: 0,
  ...counts,
});
const mine = { status: "open", owner: olga } as const;

test("what another business tells calls by the same rule, and says whose it is", () => {
  const frame = told([row({ conversation: "offer", ...offered("olga") }), row({ conversation: "picked" })]);
  expect(callsAt(frame, "olga", "online").map(({ conversation, at }) => [conversation, at?.name])).toEqual([
    ["offer", "Tea Garden"],
    ["picked", "Tea Garden"],
  ]);
  expect(callsAt(frame, "olga", "busy").map(({ conversation }) => conversation)).toEqual(["offer"]);
  expect(callsAt(frame, "olga", "away")).toEqual([]);
});

test("a business's last word replaces what it told before, and nothing of the others", () => {
  const here = heard(new Map(), [row({ conversation: "here" })], call).calls;
  const first = heardAt(here, told([row({ conversation: "there" })]), "olga", "online");
  expect([...first.calls.keys()]).toEqual(["here", "there"]);
  expect(first.fresh.map(({ conversation }) => conversation)).toEqual(["there"]);
  const same = heardAt(first.calls, told([row({ conversation: "there", seq: 2 })]), "olga", "online");
  expect(same.fresh).toEqual([]);
  expect([...heardAt(same.calls, told([]), "olga", "online").calls.keys()]).toEqual(["here"]);
});

test("who waits elsewhere is one line for each business, own customers first, and offers stand by themselves", () => {
  const shop = {
    ...told([row({ conversation: "queue" })], { queued: 4 }),
    business: { ...garden, id: "shop" },
  };
  const tea = told(
    [row({ conversation: "offer", ...offered("olga") }), row({ conversation: "own", ...mine })],
    {
      waiting: 1,
    },
  );
  const lines = waitsIn([shop, tea], "olga", "online");
  expect(lines.map(({ at, first, queued }) => [at.id, first.conversation, queued])).toEqual([
    ["garden", "own", 0],
    ["shop", "queue", 4],
  ]);
  expect(waitsIn([shop], "olga", "busy")).toEqual([]);
  expect(waitsIn([told([row(offered("olga"))])], "olga", "online")).toEqual([]);
});

test("the switcher says what waits where, in plain words, and nothing of what is quiet", () => {
  const say = speak("en");
  const rows = [row(offered("olga")), row({ conversation: "ask", ...mine, invited: ["olga"] })];
  expect(busyWords(told(rows, { waiting: 2, queued: 3 }), "olga", say)).toBe(
    "1 offered to you · 1 invitation · 2 of yours wait · 3 in the queue",
  );
  expect(busyWords(told([]), "olga", say)).toBe("");
});

test("a live call that a team offers is answered by itself, and nothing else is", () => {
  const rings = (changes: Partial<Row>) =>
    answersItself(call(row({ ...offered("olga"), ...changes }))!, (team) => team === "phones");
  expect(rings({ channel: "voice", team: "phones" })).toBe(true);
  expect(rings({ channel: "voice", team: "" })).toBe(false);
  expect(rings({ channel: "webchat", team: "phones" })).toBe(false);
  const at = { id: "tea", name: "Tea", color: "" };
  expect(answersItself({ ...call(row({ channel: "voice", team: "phones" }))!, at }, () => true)).toBe(false);
});
