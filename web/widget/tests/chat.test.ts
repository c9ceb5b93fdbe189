import { MemoryStore, type AnyEvent, type Entry } from "@switchboard/protocol";
import { beforeEach, expect, test } from "vitest";
import { FakeWorld } from "../../protocol/tests/fakes.ts";
import { Chat, type ChatView } from "../src/model/chat.ts";
import { Seats } from "../src/model/seats.ts";

const endpoint = { inbox: "i", identity: "v", channel: "webchat" };
const inbox = {
  name: "web",
  business: "Tea",
  color: "#1f6f5c",
  greeting: "Hello",
  starters: [],
  locales: ["en"],
};

let world: FakeWorld;
let store: MemoryStore;
let seats: Seats;
let page: string;
let refusals: string[];
let news: string[];
let attributes: Record<string, string>;
let chat: Chat;
let ids: number;
let sat: number;

function makeSeats(): Seats {
  return new Seats({
    storage: store,
    prefix: "switchboard:i:",
    page: () => page,
    newToken: () => `token${++sat}`,
    newBox: () => `box${++sat}`,
    forget: () => {},
  });
}

/** A token as a page has it; the signature tells one from another. */
function word(sub: string, signature: string): string {
  return `e30.${btoa(JSON.stringify({ sub }))}.${signature.padStart(43, "_")}`;
}

function makeChat(): Chat {
  return new Chat({
    url: "wss://example.org",
    inbox: "i",
    locale: "en",
    seats,
    storage: store,
    world,
    page: () => ({ url: "https://example.org/", title: "", referrer: "" }),
    attributes: () => attributes,
    newId: () => `m${++ids}`,
    explain: (problem) => problem.detail,
    onRefused: () => {},
    onUserRefused: (reason) => refusals.push(reason),
    onNews: ({ text }) => news.push(text),
  });
}

beforeEach(() => {
  world = new FakeWorld();
  store = new MemoryStore();
  ids = sat = 0;
  page = "";
  refusals = [];
  news = [];
  attributes = {};
  seats = makeSeats();
  chat = makeChat();
});

function welcome(conversation: string | null = null): void {
  world.socket.onopen?.();
  world.socket.hear({
    type: "welcome",
    inbox,
    conversation,
    status: null,
    owner: null,
    history: [],
    marks: {},
  });
}
function connect(conversation: string | null = null): void {
  chat.start();
  welcome(conversation);
}
function hear(conversation: string, ...events: [number, AnyEvent][]): void {
  const entries: Entry[] = events.map(([seq, event]) => ({
    seq,
    id: `${conversation}${seq}`,
    at: seq * 1e6,
    event,
  }));
  world.socket.hear({ type: "entries", conversation, through: entries.at(-1)!.seq, entries });
}
const mine = (text: string, client_id = ""): AnyEvent => ({
  type: "customer_message",
  text,
  endpoint,
  client_id,
});
const bots = (text: string, ...titles: string[]): AnyEvent => ({
  type: "bot_message",
  text,
  endpoint,
  turn: 2,
  buttons: titles.map((title) => ({ title, payload: `/${title}` })),
});
const sent = () => world.sockets.flatMap((socket) => socket.sent).filter((frame) => frame.type === "message");
const texts = (view: ChatView) =>
  view.items.flatMap((item) =>
    item.kind === "message" ? [`${item.author}: ${item.text} ${item.mark ?? ""}`.trim()] : [],
  );

test("what was written without a line is sent after welcome, under the same id", () => {
  chat.say("hello");
  connect();
  expect(sent()).toEqual([{ type: "message", id: "m1", text: "hello", choice: "" }]);
});

test("an unacknowledged message is sent again after a reconnect and survives a reload", () => {
  connect();
  chat.say("hello");
  world.socket.onclose?.({ code: 1006, reason: "" });
  world.advance(500);
  welcome();
  expect(sent().map((frame) => frame["id"])).toEqual(["m1", "m1"]);

  chat = makeChat();
  expect(texts(chat.view())).toEqual(["customer: hello pending"]);
});

test("a message is shown once, whether its ack or its entry comes first", () => {
  connect();
  chat.say("one");
  world.socket.hear({ type: "ack", id: "m1", conversation: "c", seq: 2 });
  expect(texts(chat.view())).toEqual(["customer: one stored"]);
  hear("c", [2, mine("one", "m1")]);
  expect(texts(chat.view())).toEqual(["customer: one stored"]);

  chat.say("two");
  hear("c", [3, mine("two", "m2")]);
  world.socket.hear({ type: "ack", id: "m2", conversation: "c", seq: 3 });
  expect(texts(chat.view())).toEqual(["customer: one stored", "customer: two stored"]);
});

test("a refused message keeps its text and says why; retrying sends it again", () => {
  connect();
  chat.say("hello");
  const problem = { type: "/problems/too_large", title: "", detail: "Shorten it.", status: 413 };
  world.socket.hear({ type: "refused", id: "m1", problem });
  const item = chat.view().items.at(-1);
  expect(item).toMatchObject({ mark: "failed", error: "Shorten it.", text: "hello" });
  chat.retry("m1");
  expect(sent()).toHaveLength(2);
});

test("an overloaded server is tried again by itself", () => {
  connect();
  chat.say("hello");
  const problem = { type: "/problems/overloaded", title: "", detail: "", status: 503 };
  world.socket.hear({ type: "refused", id: "m1", problem });
  expect(texts(chat.view())).toEqual(["customer: hello pending"]);
  world.advance(10_000);
  expect(sent()).toHaveLength(2);
});

test("only the bot's latest message has buttons, and an answer uses them up", () => {
  connect("c");
  hear("c", [2, bots("A?", "a")], [3, bots("B?", "b")]);
  const buttons = () => chat.view().items.flatMap((item) => (item.kind === "message" ? item.buttons : []));
  expect(buttons().map((button) => button.title)).toEqual(["b"]);
  hear("c", [4, mine("b")]);
  expect(buttons()).toEqual([]);
});

test("while queued the newest notice stands beside the composer, not in the log", () => {
  const notice = (text: string): AnyEvent => ({ type: "system_notice", notice: "queued", text, endpoint });
  connect("c");
  hear(
    "c",
    [2, { type: "handoff_requested", reason: "customer_asked", by: "customer" }],
    [3, notice("You are 2nd")],
  );
  hear("c", [4, notice("You are 1st")]);
  expect(chat.view().queue?.text).toBe("You are 1st");
  expect(chat.view().items.filter((item) => item.kind === "notice")).toEqual([]);
  hear("c", [5, { type: "taken", operator: { id: "", name: "Olga" }, via: "take" }]);
  expect(chat.view()).toMatchObject({ queue: null, status: "open", person: "Olga" });
  expect(chat.view().items.filter((item) => item.kind === "seam")).toHaveLength(1);
});

test("unread counts what came unseen, and looking tells the server", () => {
  connect("c");
  hear("c", [2, mine("hi")], [3, bots("Hello")], [4, bots("How can I help?")]);
  expect(chat.view().unread).toBe(2);
  chat.look(true);
  expect(chat.view().unread).toBe(0);
  expect(world.socket.sent.at(-1)).toEqual({ type: "read", seq: 4 });
});

test("a resync forgets the entries and takes the replay", () => {
  connect("c");
  hear("c", [2, mine("old")], [9, bots("gone")]);
  world.socket.hear({ type: "resync", conversation: "c" });
  hear("c", [2, mine("new")]);
  expect(texts(chat.view())).toEqual(["customer: new stored"]);
});

test("a new conversation begins below the one before", () => {
  connect("c");
  hear("c", [2, mine("first")], [3, { type: "resolved", by: "operator", ending: "answered" }]);
  hear("d", [2, mine("second")]);
  expect(texts(chat.view())).toEqual(["customer: first read", "customer: second stored"]);
  world.socket.onclose?.({ code: 1012, reason: "" });
  world.advance(500);
  world.socket.onopen?.();
  expect(world.socket.sent[0]).toMatchObject({ conversation: "d", last_seq: 2, last_event_id: "d2" });
});

test("a typing signal fades after six seconds", () => {
  connect("c");
  world.socket.hear({ type: "signal", conversation: "c", kind: "typing", who: "bot", on: true });
  expect(chat.view().typing).toBe("bot");
  world.advance(6_000);
  expect(chat.view().typing).toBe(null);
});

test("typing is told every three seconds at most and taken back", () => {
  connect("c");
  for (let key = 0; key < 10; key++) {
    chat.type("h");
    world.advance(500);
  }
  world.advance(5_000);
  const typing = world.socket.sent.filter((frame) => frame.type === "typing");
  expect(typing.map((frame) => frame["on"])).toEqual([true, true, false]);
});

test("what is typed is told only where the page shows that, while a person answers", () => {
  connect("c");
  chat.type("my secret");
  expect(world.socket.sent.filter((frame) => frame.type === "typing").at(-1)).toEqual({
    type: "typing",
    on: true,
  });
  expect(chat.view().showsDraft).toBe(false);
});

const files = (...ids: string[]): AnyEvent => ({
  type: "operator_message",
  text: "",
  endpoint,
  operator: "",
  name: "Olga",
  files: ids.map((id) => ({ id, name: `${id}.png`, type: "image/png", size: 10 })),
});
const asked = () => world.sockets.flatMap((socket) => socket.sent).filter((frame) => frame.type === "link");

test("links are asked for one after the other, and told as they come", () => {
  connect("c");
  hear("c", [2, files("a", "b")]);
  for (const file of ["a", "b", "a"]) chat.wantLink(file);
  expect(asked().map((frame) => frame["file"])).toEqual(["a"]);

  const answer = {
    type: "link",
    id: asked()[0]!["id"],
    file: "a",
    url: "/files/x/a?s",
    until: 3_600_000_000,
  };
  world.socket.hear(answer);
  expect(chat.view().links.get("a")).toBe("/files/x/a?s");
  expect(asked().map((frame) => frame["file"])).toEqual(["a", "b"]);

  const problem = { type: "/problems/not_found", title: "", detail: "", status: 404 };
  world.socket.hear({ type: "refused", id: asked()[1]!["id"], problem });
  expect([...chat.view().links.keys()]).toEqual(["a"]);
  chat.wantLink("b");
  world.advance(3_600_000);
  welcome("c");
  expect(asked().map((frame) => frame["file"])).toEqual(["a", "b", "a"]);
});

test("a link that was asked for on a broken line is asked for again, and one that must wait waits", () => {
  connect("c");
  hear("c", [2, files("a")]);
  chat.wantLink("a");
  world.socket.onclose?.({ code: 1006, reason: "" });
  world.advance(500);
  welcome("c");
  expect(asked().map((frame) => frame["file"])).toEqual(["a", "a"]);

  const problem = { type: "/problems/too_many", title: "", detail: "", status: 429 };
  world.socket.hear({ type: "refused", id: asked()[1]!["id"], problem });
  expect(asked()).toHaveLength(2);
  world.advance(10_000);
  expect(asked()).toHaveLength(3);
});

test("a message of files alone shows them, and what became of them", () => {
  connect("c");
  hear("c", [2, { ...files("a"), files: [{ id: "a", name: "a.png", pending: true }] } as AnyEvent]);
  const shown = () => chat.view().items.flatMap((item) => (item.kind === "message" ? item.files : []));
  expect(shown()).toMatchObject([{ id: "a", state: "pending" }]);
  hear("c", [3, { type: "file_failed", seq: 2, file: "a", reason: "refused" }]);
  expect(shown()).toMatchObject([{ id: "a", state: "refused" }]);
  expect(chat.view().items.filter((item) => item.kind === "message")).toHaveLength(1);
});

test("whoever signs in is told in hello, keeps the talk and gets a token of their own", () => {
  connect("c");
  hear("c", [2, mine("anonymous")]);
  const token = seats.token;
  page = word("ann", "1");
  chat.become(seats.take());
  world.socket.onopen?.();
  expect(world.socket.sent[0]).toMatchObject({ token, user: page, conversation: "c" });
  expect(texts(chat.view())).toEqual(["customer: anonymous stored"]);
  welcome("c");
  expect(seats.token).not.toBe(token);
});

test("nothing of a user is left for the next one: no log, no unsent words, no token", () => {
  page = word("ann", "1");
  chat.become(seats.take());
  connect("c");
  hear("c", [2, mine("Ann's")]);
  world.socket.onclose?.({ code: 1012, reason: "" });
  chat.say("Ann's unsent words");
  page = word("ben", "2");
  chat.become(seats.take());
  expect(chat.view().items).toEqual([]);
  welcome();
  expect(world.socket.sent[0]).toMatchObject({ user: page, conversation: null, last_seq: 0 });
  expect(sent()).toEqual([]);
  expect([...Array(store.length).keys()].filter((n) => store.key(n)?.includes("outbox"))).toEqual([]);
});

test("a user whose sign-in runs out is asked for anew, and told if the page has none", () => {
  page = word("ann", "1");
  chat.become(seats.take());
  connect("c");
  world.socket.onclose?.({ code: 1008, reason: "user_expired: …" });
  expect(refusals).toEqual(["user_expired: …"]);
  expect(chat.view()).toMatchObject({ line: "stopped", refusal: "expired" });
  page = word("ann", "2");
  chat.become(seats.take());
  world.socket.onopen?.();
  expect(world.socket.sent[0]).toMatchObject({ user: page, conversation: "c" });
});

test("a user who can't be confirmed is told so, and a page that may not chat is another matter", () => {
  connect();
  world.socket.onclose?.({ code: 1008, reason: "user_refused: …" });
  expect(chat.view().refusal).toBe("user");
  chat = makeChat();
  connect();
  world.socket.onclose?.({ code: 1008, reason: "origin_refused: …" });
  expect(chat.view().refusal).toBe("page");
});

test("nothing is said before the customer agrees, and the version goes with what is said", () => {
  chat.start();
  world.socket.onopen?.();
  const consent = { version: "2", text: "We keep it." };
  const hello = {
    type: "welcome",
    inbox,
    conversation: null,
    status: null,
    owner: null,
    history: [],
    marks: {},
  };
  world.socket.hear({ ...hello, consent, available: false });
  expect(chat.view()).toMatchObject({ consent, available: false });
  chat.agree();
  expect(chat.view().consent).toBe(null);
  chat.say("hello");
  expect(sent()).toEqual([{ type: "message", id: "m1", text: "hello", choice: "", consent: "2" }]);
  expect(makeChat().view().consent).toBe(null);
});

test("an invitation goes with the first message only", () => {
  connect();
  chat.invite({ id: "plans", text: "May I help?" });
  expect(chat.view().invitation?.text).toBe("May I help?");
  chat.say("yes");
  hear("c", [1, { type: "invitation_shown", id: "plans", text: "May I help?" }], [2, mine("yes", "m1")]);
  chat.say("more");
  expect(sent().map((frame) => frame["invitation"])).toEqual(["plans", undefined]);
  expect(texts(chat.view())).toEqual(["bot: May I help?", "customer: yes stored", "customer: more pending"]);
});

test("an act waits for its acknowledgement like a message, and shows at once", () => {
  connect();
  hear("c", [1, mine("hi")], [2, bots("hello")]);
  chat.act({ type: "rate_answer", seq: 2, helpful: true });
  expect(chat.view().done.thumbs.get(2)).toBe(true);
  world.socket.onclose?.({ code: 1006, reason: "" });
  world.advance(500);
  welcome("c");
  const acts = world.sockets.flatMap((socket) => socket.sent).filter((frame) => frame.type === "rate_answer");
  expect(acts).toEqual([1, 2].map(() => ({ type: "rate_answer", id: "m1", seq: 2, helpful: true })));
  hear("c", [3, { type: "answer_rated", seq: 2, helpful: true }]);
  world.socket.hear({ type: "ack", id: "m1", conversation: "c", seq: 3 });
  expect(chat.view().done.thumbs.get(2)).toBe(true);
});

test("the page hears once of each message that the customer has not seen", () => {
  connect("c");
  hear("c", [1, mine("hi")], [2, bots("one")]);
  hear("c", [3, bots("two")]);
  expect(news).toEqual(["one", "two"]);
  chat.look(true);
  chat.look(false);
  hear("c", [4, bots("three")]);
  expect(news).toEqual(["one", "two", "three"]);
});

test("words of a messenger that were changed say what they say now, and what was taken back is gone", () => {
  connect("c");
  const olgas = { endpoint, operator: "", name: "Olga" };
  hear(
    "c",
    [2, mine("one")],
    [3, { type: "customer_edited", seq: 2, text: "two" }],
    [4, { type: "operator_message", text: "old", ...olgas }],
    [5, { type: "operator_edited", seq: 4, text: "**new**", ...olgas }],
    [6, { type: "operator_message", text: "wrong", ...olgas }],
    [7, { type: "operator_deleted", seq: 6, ...olgas }],
    [
      8,
      {
        type: "message_extended",
        seq: 2,
        files: [{ id: "f", name: "photo.jpg", kind: "photo", pending: true }],
      },
    ],
  );
  const shown = chat.view().items.flatMap((item) => (item.kind === "message" ? [item] : []));
  expect(shown.map(({ text, files }) => [text, files.length])).toEqual([
    ["two", 1],
    ["**new**", 0],
  ]);
});

test("only what has more than bare words calls for the part that shows it", () => {
  connect("c");
  hear(
    "c",
    [2, mine("2 * 3 is no mark of a customer's")],
    [3, { ...mine(""), place: { latitude: 1, longitude: 2 } } as AnyEvent],
    [4, bots("plain")],
    [5, bots("**bold**")],
    [6, { ...mine("this"), reply_to: 4 } as AnyEvent],
  );
  const shown = chat.view().items.flatMap((item) => (item.kind === "message" ? [item] : []));
  expect(shown.map(({ rich }) => rich !== null)).toEqual([false, true, false, true, true]);
});

test("whoever is blocked hears that it was lifted when the chat is looked at again, and when its time is over", () => {
  const told = (blocked: { until: number | null } | null) => {
    world.socket.onopen?.();
    world.socket.hear({
      type: "welcome",
      inbox,
      conversation: null,
      status: null,
      owner: null,
      history: [],
      marks: {},
      blocked,
    });
  };
  chat.start();
  told({ until: null });
  expect(chat.view().blocked).toBe("good");
  chat.look(true);
  expect(world.sockets).toHaveLength(1);
  world.advance(15_000);
  chat.look(true);
  expect(world.sockets).toHaveLength(2);
  told({ until: (world.now() + 20_000) * 1000 });
  expect(chat.view().blocked).toBe("now");
  world.advance(19_000);
  expect(world.sockets).toHaveLength(2);
  world.advance(1_000);
  expect(world.sockets).toHaveLength(3);
  told(null);
  expect(chat.view().blocked).toBe("");
  world.advance(16_000);
  chat.look(true);
  expect(world.sockets).toHaveLength(3);
});
