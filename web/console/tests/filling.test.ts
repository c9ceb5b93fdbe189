import { expect, test, vi } from "vitest";
import { dropOldFillings, readBegun, writeBegun, type Filling } from "../src/stores/filling.ts";

/** What the browser keeps, there before the store is. */
const kept = vi.hoisted(() => {
  const all = new Map<string, string>();
  const store = {
    get length() {
      return all.size;
    },
    key: (index: number) => [...all.keys()][index] ?? null,
    getItem: (name: string) => all.get(name) ?? null,
    setItem: (name: string, value: string) => all.set(name, value),
    removeItem: (name: string) => all.delete(name),
  };
  Object.assign(globalThis, { localStorage: store });
  return all;
});

const DAY = 24 * 3600 * 1000;
const filling = (form: string): Filling => ({
  id: "i1",
  form,
  version: 1,
  name: "Order",
  asked: { q1: "Cups" },
  at: 0,
  answers: { q1: "2" },
});
const none = { open: "", fillings: [] };

test("what was begun belongs to an account and a conversation", () => {
  const begun = { open: "f2", fillings: [filling("f1"), filling("f2")] };
  writeBegun("olga", "c1", begun);
  expect(readBegun("olga", "c1")).toMatchObject(begun);
  expect(readBegun("olga", "c2")).toEqual(none);
  expect(readBegun("pavel", "c1")).toEqual(none);
  writeBegun("olga", "c1", none);
  expect(readBegun("olga", "c1")).toEqual(none);
});

test("what nobody came back to for a month is forgotten", () => {
  writeBegun("olga", "old", { open: "f1", fillings: [filling("f1")] }, 1000);
  dropOldFillings(1000 + 29 * DAY);
  expect(readBegun("olga", "old").fillings).toHaveLength(1);
  dropOldFillings(1000 + 31 * DAY);
  expect(readBegun("olga", "old")).toEqual(none);
});

test("of more than a hundred conversations the latest are kept", () => {
  for (let n = 0; n < 120; n++) writeBegun("olga", `c${n}`, { open: "", fillings: [filling("f1")] }, n);
  dropOldFillings(1000);
  const left = Array.from({ length: 120 }, (_, n) => readBegun("olga", `c${n}`).fillings.length);
  expect(left.indexOf(1)).toBe(20);
  expect(left.filter(Boolean)).toHaveLength(100);
});

test.each([
  "nonsense",
  "null",
  "{}",
  '{"touched":1,"fillings":[null]}',
  '{"form":"f1","answers":{"q1":"2"}}',
])("%s, where it was kept, is nothing and goes", (text) => {
  writeBegun("olga", "broken", { open: "f1", fillings: [filling("f1")] });
  kept.set("switchboard:form:olga:broken", text);
  expect(readBegun("olga", "broken")).toEqual(none);
  dropOldFillings();
  expect(kept.has("switchboard:form:olga:broken")).toBe(false);
});
