import type { IceServer, WidgetFrame } from "@switchboard/protocol";
import { expect, test } from "vitest";
import { Call, type CallOptions } from "../src/model/call.ts";

/** A browser in the test's hand: its clock, its storage, its microphone, and what left for the server. */
class Bench {
  now = 0;
  readonly sent: Record<string, unknown>[] = [];
  readonly kept = new Map<string, string>();
  readonly peers: { closed: boolean; answer: string; connect: () => void; lose: () => void }[] = [];
  timers: { at: number; run: () => void }[] = [];
  up = true;
  microphone: "there" | "denied" | "none" = "there";
  closed = 0;
  muted = false;
  #ids = 0;
  readonly call: Call;

  constructor() {
    const options: CallOptions = {
      world: {
        now: () => this.now,
        after: (ms, run) => {
          const timer = { at: this.now + ms, run };
          this.timers.push(timer);
          return timer;
        },
        cancel: (timer) => (this.timers = this.timers.filter((one) => one !== timer)),
      },
      storage: {
        getItem: (key) => this.kept.get(key) ?? null,
        setItem: (key, value) => void this.kept.set(key, value),
        removeItem: (key) => void this.kept.delete(key),
        length: 0,
        key: () => null,
      },
      key: "call",
      newId: () => `id-${++this.#ids}`,
      send: (frame) => this.up && this.sent.push(frame as Record<string, unknown>) > 0,
      consent: () => "",
      microphone: () => {
        if (this.microphone === "there") return Promise.resolve(this.#mic());
        const name = this.microphone === "denied" ? "NotAllowedError" : "NotFoundError";
        return Promise.reject(Object.assign(new Error(name), { name }));
      },
      peer: (_, ice: readonly IceServer[], events) => {
        const one = {
          closed: false,
          answer: "",
          connect: () => events.onConnected(),
          lose: () => events.onLost(),
          ice,
          offer: () => Promise.resolve(`offer ${this.peers.length}`),
          close: () => void (one.closed = true),
        };
        this.peers.push(one);
        return { ...one, answer: (sdp) => Promise.resolve(void (one.answer = sdp)), close: one.close };
      },
    };
    this.call = new Call(options);
  }

  #mic() {
    return {
      track: null as unknown as MediaStreamTrack,
      mute: (on: boolean) => void (this.muted = on),
      level: () => 0,
      close: () => void this.closed++,
    };
  }

  hear(frame: unknown): boolean {
    return this.call.hear(frame as WidgetFrame);
  }
  get state() {
    return this.call.view().state;
  }
  last(type: string) {
    return this.sent.findLast((frame) => frame["type"] === type);
  }
  async settle() {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }
  async pass(ms: number) {
    const until = this.now + ms;
    for (;;) {
      const due = this.timers.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)[0];
      if (!due) break;
      this.now = due.at;
      this.timers = this.timers.filter((one) => one !== due);
      due.run();
      await this.settle();
    }
    this.now = until;
  }
  /** Dials, and is connected. */
  async connected() {
    await this.call.begin();
    this.hear({ type: "call", id: this.last("call")!["id"], conversation: "c", leg: "leg-1", ice: [] });
    await this.settle();
    this.hear({ type: "sound", id: this.last("sound")!["id"], leg: "leg-1", sdp: "answer" });
    await this.settle();
    this.peers.at(-1)!.connect();
  }
}

const entries = (...events: object[]) => ({
  type: "entries",
  conversation: "c",
  through: 9,
  entries: events.map((event, at) => ({ seq: at + 1, id: `e${at}`, at, event })),
});
const problem = (status: number, type: string, code = "") => ({
  type: `/problems/${type}`,
  title: "",
  detail: "",
  status,
  ...(code && { fault: { code } }),
});

test("the server is told of whoever looks at how to call, on every line, and not of a call that goes on", async () => {
  const bench = new Bench();
  bench.call.expect();
  bench.hear({ type: "welcome" });
  expect(bench.sent).toEqual([{ type: "call_soon" }, { type: "call_soon" }]);
  await bench.connected();
  bench.hear({ type: "welcome" });
  expect(bench.sent.filter(({ type }) => type === "call_soon")).toHaveLength(2);
});

test("a call is dialled, offered, answered and on", async () => {
  const bench = new Bench();
  const begun = bench.call.begin();
  expect(bench.state.at).toBe("asking");
  await begun;
  expect(bench.state.at).toBe("dialing");
  await bench.connected();
  expect(bench.last("sound")).toEqual({ type: "sound", id: "id-2", leg: "leg-1", sdp: "offer 1" });
  expect(bench.peers[0]!.answer).toBe("answer");
  expect(bench.state).toEqual({ at: "on", since: 0, back: false });
});

test("whoever doesn't give a microphone is told why nothing came of it", async () => {
  const denied = new Bench();
  denied.microphone = "denied";
  await denied.call.begin();
  expect(denied.state).toEqual({ at: "over", why: "denied" });
  const none = new Bench();
  none.microphone = "none";
  await none.call.begin();
  expect(none.state).toEqual({ at: "over", why: "no_microphone" });
  expect(none.sent).toEqual([]);
});

test("what wasn't heard on a line that broke is dialled again on the next, by the same name", async () => {
  const bench = new Bench();
  bench.up = false;
  await bench.call.begin();
  expect(bench.sent).toEqual([]);
  bench.up = true;
  expect(bench.hear({ type: "welcome" })).toBe(false);
  bench.hear({ type: "welcome" });
  expect(bench.sent.map((frame) => frame["id"])).toEqual(["id-1", "id-1"]);
});

test("hanging up ends all of it and is told the server", async () => {
  const bench = new Bench();
  await bench.connected();
  bench.call.hangUp();
  expect(bench.last("hang_up")).toMatchObject({ leg: "leg-1" });
  expect(bench.state).toEqual({ at: "over", why: "hung_up" });
  expect([bench.peers[0]!.closed, bench.closed, bench.kept.size]).toEqual([true, 1, 0]);
});

test("a way that broke is found again, for as long as the server waits", async () => {
  const bench = new Bench();
  await bench.connected();
  bench.now = 5_000;
  bench.peers[0]!.lose();
  await bench.settle();
  expect(bench.state).toEqual({ at: "on", since: 0, back: true });
  expect(bench.peers.map(({ closed }) => closed)).toEqual([true, false]);
  bench.peers[1]!.connect();
  expect(bench.state).toEqual({ at: "on", since: 0, back: false });
  bench.peers[1]!.lose();
  bench.up = false;
  await bench.pass(40_000);
  expect(bench.state).toEqual({ at: "over", why: "lost" });
});

test("what an earlier connection tells counts no more", async () => {
  const bench = new Bench();
  await bench.connected();
  bench.call.moved();
  await bench.settle();
  bench.peers[0]!.lose();
  bench.peers[1]!.connect();
  expect(bench.state).toMatchObject({ at: "on", back: false });
  expect(bench.peers).toHaveLength(2);
});

test("a reload goes on with the call that it interrupted, or ends it", async () => {
  const before = new Bench();
  await before.connected();
  const after = new Bench();
  for (const [key, value] of before.kept) after.kept.set(key, value);
  expect(after.call.interrupted).toBe(true);
  await after.call.begin();
  await after.settle();
  expect(after.last("call")).toBeUndefined();
  expect(after.last("sound")).toMatchObject({ leg: "leg-1" });
  const other = new Bench();
  for (const [key, value] of before.kept) other.kept.set(key, value);
  other.call.abandon();
  expect(other.last("hang_up")).toMatchObject({ leg: "leg-1" });
  expect(other.call.interrupted).toBe(false);
});

test("the log says who talks, who holds and that it is over", async () => {
  const bench = new Bench();
  await bench.connected();
  const olga = { id: "", name: "Olga" };
  bench.hear(entries({ type: "call_answered", leg: "leg-1", by: olga }));
  expect(bench.call.view().person).toBe("Olga");
  bench.hear(entries({ type: "call_held", leg: "leg-1", by: olga }));
  expect(bench.call.view().held).toBe(true);
  bench.hear(entries({ type: "call_ended", leg: "another", why: "over" }));
  expect(bench.state.at).toBe("on");
  bench.hear(entries({ type: "call_ended", leg: "leg-1", why: "restarted" }));
  expect(bench.state).toEqual({ at: "over", why: "restarted" });
});

test("a hold that comes before the holder's sound stays, one before another person's doesn't", async () => {
  const bench = new Bench();
  await bench.connected();
  const olga = { id: "", name: "Olga" };
  const anna = { id: "", name: "Anna" };
  bench.hear(entries({ type: "taken", operator: olga, via: "take" }));
  bench.hear(entries({ type: "call_held", leg: "leg-1", by: olga }));
  bench.hear(entries({ type: "call_answered", leg: "leg-1", by: olga }));
  expect(bench.call.view()).toMatchObject({ person: "Olga", held: true });
  bench.hear(entries({ type: "taken", operator: anna, via: "transfer" }));
  expect(bench.call.view()).toMatchObject({ person: "Anna", held: false });
  bench.hear(entries({ type: "call_held", leg: "leg-1", by: anna }));
  bench.hear(entries({ type: "call_answered", leg: "leg-1", by: anna }));
  expect(bench.call.view()).toMatchObject({ person: "Anna", held: true });
  bench.hear(entries({ type: "taken", operator: anna, via: "take" }));
  expect(bench.call.view()).toMatchObject({ person: "Anna", held: true });
  bench.hear(entries({ type: "call_answered", leg: "leg-1", by: olga }));
  expect(bench.call.view()).toMatchObject({ person: "Olga", held: false });
  bench.hear(entries({ type: "call_held", leg: "leg-1", by: olga }));
  bench.hear(entries({ type: "returned_to_bot", by: olga }));
  expect(bench.call.view()).toMatchObject({ person: "", held: false });
});

test("a refusal says what it is about", async () => {
  const dialled = async () => {
    const bench = new Bench();
    await bench.call.begin();
    return bench;
  };
  const elsewhere = await dialled();
  elsewhere.hear({ type: "refused", id: "id-1", problem: problem(409, "not_possible", "call_elsewhere") });
  expect(elsewhere.state).toEqual({ at: "over", why: "elsewhere" });
  const refused = await dialled();
  expect(refused.hear({ type: "refused", id: "other", problem: problem(409, "not_possible") })).toBe(false);
  refused.hear({ type: "refused", id: "id-1", problem: problem(403, "blocked") });
  expect(refused.state).toEqual({ at: "over", why: "refused" });
});

test("a call that the server knows no more is lost", async () => {
  const bench = new Bench();
  await bench.connected();
  bench.call.moved();
  await bench.settle();
  bench.hear({ type: "refused", id: bench.last("sound")!["id"], problem: problem(404, "not_found") });
  expect(bench.state).toEqual({ at: "over", why: "lost" });
});

test("captions go when they have become a message, or are old", async () => {
  const bench = new Bench();
  await bench.connected();
  const caption = (who: string) => ({
    type: "caption",
    conversation: "c",
    leg: "leg-1",
    who,
    text: "where is",
  });
  bench.hear(caption("customer"));
  expect(bench.call.view().caption).toEqual({ who: "customer", text: "where is" });
  bench.hear(
    entries({ type: "customer_message", text: "where is it", speech: { leg: "leg-1", since: 0, until: 1 } }),
  );
  expect(bench.call.view().caption).toBeNull();
  bench.hear(caption("people"));
  await bench.pass(4_000);
  expect(bench.call.view().caption).toBeNull();
});

test("keys and muting reach the call", async () => {
  const bench = new Bench();
  await bench.connected();
  bench.call.press("5");
  expect(bench.last("press")).toEqual({ type: "press", leg: "leg-1", key: "5" });
  bench.call.mute(true);
  expect([bench.muted, bench.call.view().muted]).toEqual([true, true]);
});
