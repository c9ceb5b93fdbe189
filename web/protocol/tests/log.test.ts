import { expect, test } from "vitest";
import { emptyLog, extend, position, prepend, tailOf } from "../src/log.ts";
import type { AnyEvent, Entry } from "../src/types.ts";

const endpoint = { inbox: "i", identity: "v", channel: "webchat" };
const said = (seq: number, text = `n${seq}`): Entry => ({
  seq,
  id: `e${seq}`,
  at: seq * 1_000_000,
  event: { type: "customer_message", text, endpoint },
});

test("an overlap in a replay changes nothing", () => {
  const log = extend(emptyLog("c"), [said(1), said(2)], 2);
  const again = extend(log, [said(1), said(2), said(3)], 3);
  expect(again.entries.map((entry) => entry.seq)).toEqual([1, 2, 3]);
});

test("gaps are legal and through says how far it is complete", () => {
  const log = extend(emptyLog("c"), [said(1), said(5)], 7);
  expect(log.through).toBe(7);
  expect(position(log)).toEqual({ last_seq: 5, last_event_id: "e5" });
});

test("an event of a newer release is kept and changes nothing", () => {
  const newer = { type: "hologram_shown", brightness: 3 } as unknown as AnyEvent;
  const log = extend(emptyLog("c"), [said(1), { seq: 2, id: "e2", at: 2, event: newer }], 2);
  expect(log.entries).toHaveLength(2);
  expect(log.state.floor_seq).toBe(0);
  expect(log.state.last_input).toBe(1);
});

test("the end of a long log goes on from the state that came with it, and takes what was before", () => {
  const whole = extend(
    emptyLog("c"),
    [1, 2, 3, 4, 5, 6].map((seq) => said(seq)),
    6,
  );
  const tail = tailOf({
    conversation: "c",
    state: whole.state,
    since: 5,
    through: 6,
    entries: [said(5), said(6)],
  });
  const on = extend(tail, [said(6), said(7)], 7);
  expect(on.state).toEqual(extend(whole, [said(7)], 7).state);
  expect(on.entries.map(({ seq }) => seq)).toEqual([5, 6, 7]);

  const older = prepend(on, [said(3), said(4), said(5)], 3);
  expect(older.entries.map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7]);
  expect([older.since, older.through, older.state]).toEqual([3, 7, on.state]);
});
