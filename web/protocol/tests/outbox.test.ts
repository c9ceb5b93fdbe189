import { expect, test } from "vitest";
import { MemoryStore, Outbox, usable } from "../src/outbox.ts";

const PREFIX = "switchboard:outbox:";

test("a message is on disk before it can be sent", () => {
  const store = new MemoryStore();
  new Outbox<string>(store, PREFIX).put("a", 1, "hello");
  expect(new Outbox<string>(store, PREFIX).due().map((letter) => letter.body)).toEqual(["hello"]);
});

test("due ones keep the order in which they were written, whatever the storage and the clock do", () => {
  const store = new MemoryStore();
  const outbox = new Outbox<string>(store, PREFIX);
  outbox.put("b", 5, "first");
  outbox.put("c", 5, "in the same instant");
  outbox.put("a", 2, "when the clock was put back");
  expect(outbox.due().map((letter) => letter.id)).toEqual(["b", "c", "a"]);

  const reversed = new MemoryStore();
  for (const { id } of [...outbox.all()].reverse())
    reversed.setItem(PREFIX + id, store.getItem(PREFIX + id) ?? "");
  expect(new Outbox<string>(reversed, PREFIX).due().map((letter) => letter.id)).toEqual(["b", "c", "a"]);
});

test("an acknowledged one is gone from disk, another tab's stays", () => {
  const store = new MemoryStore();
  const mine = new Outbox<string>(store, PREFIX);
  mine.put("a", 1, "mine");
  new Outbox<string>(store, PREFIX).put("b", 2, "theirs");
  mine.drop("a");
  expect(new Outbox<string>(store, PREFIX).all().map((letter) => letter.id)).toEqual(["b"]);
});

test("a refused one is kept but not sent until it is revived", () => {
  const outbox = new Outbox<string>(new MemoryStore(), PREFIX);
  outbox.put("a", 1, "hello");
  outbox.fail("a", "too long");
  expect(outbox.due()).toEqual([]);
  expect(outbox.get("a")?.error).toBe("too long");
  outbox.revive("a");
  expect(outbox.due()).toHaveLength(1);
});

test("blocked storage falls back to memory", () => {
  const store = usable(() => {
    throw new Error("SecurityError");
  });
  store.setItem("key", "value");
  expect(store.getItem("key")).toBe("value");
});

test("what someone else wrote under our prefix harms nothing", () => {
  const store = new MemoryStore();
  store.setItem(`${PREFIX}x`, "{broken");
  expect(new Outbox<string>(store, PREFIX).all()).toEqual([]);
});
