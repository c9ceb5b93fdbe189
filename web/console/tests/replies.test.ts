import { EMPTY, type Conversation, type Endpoint } from "@switchboard/protocol";
import { expect, test } from "vitest";
import { replyWays, usualWay, wayOf } from "../src/view/replies.ts";

const web: Endpoint = { inbox: "i", identity: "ann", channel: "webchat" };
const telegram: Endpoint = { inbox: "t", identity: "ann-t", channel: "telegram" };
const voice: Endpoint = { ...web, channel: "voice" };
const leg = {
  id: "l",
  endpoint: voice,
  before: web,
  started_at: 0,
  answered: null,
  held: false,
  recording: null,
  consult: null,
};
const state = (changes: Partial<Conversation>): Conversation => ({
  ...EMPTY,
  endpoint: web,
  channels: [web, telegram],
  ...changes,
});

test("without a call a reply goes after the customer", () => {
  expect(usualWay(state({}), false)).toEqual(web);
  expect(wayOf(state({}), "", false)).toBeNull();
  expect(wayOf(state({}), "ann-t", false)).toEqual(telegram);
  expect(wayOf(state({}), "ann", false)).toBeNull();
  expect(wayOf(state({}), "gone", false)).toBeNull();
});

test("whoever talks to a caller writes beside the call", () => {
  const calling = state({ endpoint: voice, legs: [leg] });
  expect(usualWay(calling, true)).toEqual(web);
  expect(wayOf(calling, "", true)).toEqual(web);
});

test("what is written by whoever has no microphone is spoken, even where the caller wrote last", () => {
  expect(wayOf(state({ endpoint: voice, legs: [leg] }), "", false)).toBeNull();
  expect(wayOf(state({ endpoint: web, legs: [leg] }), "", false)).toEqual(voice);
});

test("a call is one of the ways, and can be chosen", () => {
  const calling = state({ endpoint: voice, legs: [leg] });
  expect(replyWays(calling).map(({ key }) => key)).toEqual(["ann", "ann-t", "voice:ann"]);
  expect(wayOf(calling, "voice:ann", true)).toBeNull();
  expect(wayOf(state({ endpoint: web, legs: [leg] }), "voice:ann", true)).toEqual(voice);
});
