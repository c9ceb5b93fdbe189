import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fatesOf, filesOf } from "../src/files.ts";
import { laterOf } from "../src/said.ts";
import type { AnyEvent, Entry } from "../src/types.ts";

const LOG = new URL("../../../tests/fixtures/logs/messenger.json", import.meta.url);
const { entries } = JSON.parse(readFileSync(LOG, "utf8")) as { readonly entries: readonly Entry[] };
const seqOf = (text: string) => entries.find(({ event }) => "text" in event && event.text === text)!.seq;

test("an album is one message with all of its files", () => {
  const album = entries.find(({ seq }) => seq === seqOf("my bill"))!;
  const files = filesOf(album.event, fatesOf(entries), laterOf(entries).get(album.seq));
  expect(files.map(({ id, kind, state }) => [id, kind, state])).toEqual([
    ["f1", "photo", "pending"],
    ["f2", "photo", "pending"],
  ]);
});

test("an edited message says the last of what was written", () => {
  const later = laterOf(entries).get(seqOf("**12"));
  expect(later?.now?.text).toBe("13");
  expect(later?.edited).toBe(true);
  expect(later?.between ?? []).toEqual([]);
});

test("a message that was taken back still has what it said", () => {
  const later = laterOf(entries).get(seqOf("It is here"));
  expect(later?.now?.text).toBe("It is **there**");
  expect(later?.deleted).toBeGreaterThan(0);
});

test("every edit in between is kept, and an erased one is no words", () => {
  const edit = (text: string): AnyEvent => ({ type: "customer_edited", seq: 1, text });
  const log = [edit("b"), edit("c"), { type: "redacted", shell: edit("") }, edit("d")].map((event, i) => ({
    seq: i + 2,
    id: "",
    at: i,
    event: event as AnyEvent,
  }));
  const later = laterOf(log).get(1);
  expect(later?.between?.map((one) => one?.text ?? null)).toEqual(["b", "c", null]);
  expect(later?.now?.text).toBe("d");
});

test("the last reactions stand for all before", () => {
  const reacted = (...emoji: string[]): AnyEvent => ({ type: "customer_reacted", seq: 1, emoji });
  const log = [reacted("👍"), reacted()].map((event, i) => ({ seq: i + 2, id: "", at: i, event }));
  expect(laterOf(log).get(1)?.emoji).toEqual([]);
});
