import { type AnyEvent, type Entry } from "@switchboard/protocol";
import { expect, test } from "vitest";
import { speak } from "../src/i18n/index.ts";
import { allowed, holder } from "../src/view/floor.ts";
import { line } from "../src/view/lines.ts";
import { timeline, type Item } from "../src/view/timeline.ts";

const say = speak("en");
const endpoint = { inbox: "i", identity: "v", channel: "webchat" };
const olga = { id: "olga", name: "Olga" };
const page = { url: "https://tea.example/", title: "Tea" };

const LOG: readonly AnyEvent[] = [
  { type: "conversation_started", contact: "k", endpoint, locale: "en", page },
  { type: "customer_message", text: "hi", endpoint },
  {
    type: "bot_turn",
    answered: 1,
    upto: 2,
    outcome: "answered",
    intents: [{ intent: "hello", confidence: 0.9 }],
    facts: { city: "Berlin" },
  },
  { type: "bot_message", text: "Hello", endpoint, turn: 2 },
  { type: "bot_message", text: "How can I help?", endpoint, turn: 2 },
  {
    type: "handoff_requested",
    reason: "customer_asked",
    by: "customer",
    evidence: [{ seq: 2, kind: "input", text: "hi" }],
  },
  { type: "taken", operator: olga, via: "take" },
  { type: "operator_message", text: "Good day", endpoint, operator: "olga", name: "Olga" },
  { type: "delivery_failed", seq: 8, part: 0, reason: "blocked" },
  { type: "note_added", text: "VIP", operator: "olga", name: "Olga" },
  { type: "hologram_shown" } as unknown as AnyEvent,
];
const entries: readonly Entry[] = LOG.map((event, i) => ({
  seq: i + 1,
  id: `e${i}`,
  at: (i + 1) * 1e6,
  event,
}));
const spoken = (item: Item) =>
  item.kind === "line" ? `${item.wording.tone}: ${item.wording.say(say, "en")}` : item.kind;

test("a log becomes messages, seams, notes and quiet lines", () => {
  expect(timeline(entries, [], "olga").map(spoken)).toEqual([
    "day",
    "plain: The conversation began: Web chat",
    "message",
    "message",
    "message",
    "seam-wait: Handoff: the customer asked for a person",
    "seam-person: You took the conversation",
    "message",
    "note",
    "plain: Something this version does not show yet (hologram_shown)",
  ]);
});

test("scores stand at the first message of a turn, and a failed delivery at its message", () => {
  const messages = timeline(entries, [], "olga").filter((item) => item.kind === "message");
  expect(messages.map((item) => item.scores?.length ?? null)).toEqual([null, 1, null, null]);
  expect(messages.at(-1)?.undelivered?.reason).toBe("blocked");
  expect(messages.map((item) => [item.first, item.last])).toEqual([
    [true, true],
    [true, false],
    [false, true],
    [true, true],
  ]);
});

test("what is sent again is no longer marked as failed, and a line says who asked for it", () => {
  const again: AnyEvent = { type: "delivery_replayed", seq: 8, by: { id: "sara", name: "Sara" } };
  const items = timeline([...entries, { seq: 12, id: "e11", at: 12e6, event: again }], [], "olga");
  expect(items.filter((item) => item.kind === "message").at(-1)?.undelivered).toBeNull();
  expect(items.map(spoken).at(-1)).toBe("plain: Sara had a message sent again");
});

test("a notice that did not arrive is told by a line of its own", () => {
  const log: readonly AnyEvent[] = [
    { type: "conversation_started", contact: "k", endpoint, locale: "en" },
    { type: "system_notice", notice: "queued", text: "You are next.", endpoint },
    { type: "delivery_failed", seq: 2, part: 0, reason: "unreachable" },
  ];
  const numbered = log.map((event, i) => ({ seq: i + 1, id: `n${i}`, at: (i + 1) * 1e6, event }));
  expect(timeline(numbered, [], "olga").map(spoken).at(-1)).toBe(
    "bad: A message could not be delivered: the customer has blocked us, or is gone",
  );
});

test("what is not sent yet stands below", () => {
  const body = { conversation: "c", verb: "reply", text: "soon", floor_seq: 7 } as const;
  const items = timeline(entries, [{ id: "x", at: 12_000, body, error: null }], "olga");
  expect(items.at(-1)).toMatchObject({ kind: "message", text: "soon", key: "x" });
});

test("who may do what follows from the floor", () => {
  expect(allowed("open", { owner: olga }, "olga", false)).toEqual({
    reply: true,
    take: false,
    returnToBot: true,
    resolve: true,
    transfer: true,
    snooze: true,
    invite: true,
    leave: false,
    elsewhere: true,
    callBack: true,
  });
  expect(allowed("open", { owner: olga }, "viktor", false)).toEqual({
    reply: false,
    take: false,
    returnToBot: false,
    resolve: false,
    transfer: false,
    snooze: false,
    invite: false,
    leave: false,
    elsewhere: true,
    callBack: false,
  });
  expect(allowed("resolved", { owner: null }, "olga", true).elsewhere).toBe(false);
  expect(allowed("pending", { owner: null }, "viktor", true)).toMatchObject({ take: true, resolve: true });
  expect(allowed("queued", { owner: null, offered: olga }, "olga", false).take).toBe(true);
  expect(allowed("queued", { owner: null, offered: olga }, "viktor", false).take).toBe(false);
  expect(holder("open", olga, "olga").tone).toBe("mine");
  expect(holder("open", olga, "viktor")).toMatchObject({ tone: "theirs", name: "Olga" });
});

test("files stand at their message, with what became of them, and an erased message has none", () => {
  const message: AnyEvent = {
    type: "customer_message",
    text: "",
    endpoint,
    files: [
      { id: "a", name: "a.png", pending: true },
      { id: "b", name: "b.png", pending: true },
    ],
  };
  const log: readonly Entry[] = (
    [
      message,
      { type: "file_ready", seq: 1, file: { id: "a", name: "a.png", type: "image/png", size: 7 } },
      { type: "file_failed", seq: 1, file: "b", reason: "too_large" },
      { type: "redacted", shell: { ...message } },
    ] as readonly AnyEvent[]
  ).map((event, i) => ({ seq: i + 1, id: `e${i}`, at: (i + 1) * 1e6, event }));
  const items = timeline(log, [], "olga");
  expect(items.map((item) => item.kind)).toEqual(["day", "message", "message"]);
  const [first, erased] = items.filter((item) => item.kind === "message");
  expect(first!.files.map((file) => file.state)).toEqual(["here", "too_large"]);
  expect(erased).toMatchObject({ text: null, files: [] });
});

test("a line names labels and teams as they are called now, and none that is gone", () => {
  const names = new Map([
    ["l1", "Urgent"],
    ["l2", "Billing"],
    ["t1", "Repairs"],
  ]);
  const said = (event: AnyEvent) => line(event, "me")?.say(say, "en", (id) => names.get(id) ?? "");
  expect(said({ type: "labelled", by: olga, added: ["l1", "gone"], removed: ["l2"] })).toBe(
    "Olga changed the labels: + Urgent, − Billing",
  );
  expect(said({ type: "labelled", by: olga, added: ["gone"] })).toBe("Olga changed the labels");
  expect(said({ type: "transferred", by: olga, team: "t1" })).toBe("Olga transferred it to Repairs");
  expect(said({ type: "transferred", by: olga, team: "gone" })).toBe("Olga passed it to the queue");
});

test("only the letter that failed last can be sent again, until it is", () => {
  const failed: AnyEvent = {
    type: "answers_forwarded",
    way: "email",
    address: "ann@example.com",
    since: 1,
    upto: 2,
    fault: { code: "mail_uncertain", text: "It is not known.", values: {} },
  };
  const shown = (...events: AnyEvent[]) =>
    timeline(
      events.map((event, i) => ({ seq: i + 3, id: `f${i}`, at: i, event })),
      [],
      "me",
    ).flatMap((item) => (item.kind === "line" && item.again ? [item.seq] : []));
  expect(shown(failed)).toEqual([3]);
  expect(shown(failed, { type: "delivery_replayed", seq: 3, by: olga, since: 1 })).toEqual([]);
  expect(shown(failed, { type: "delivery_replayed", seq: 3, by: olga, since: 1 }, failed)).toEqual([5]);
  expect(shown(failed, { ...failed, fault: null })).toEqual([]);
});
