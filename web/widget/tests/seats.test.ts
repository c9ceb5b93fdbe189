import { MemoryStore } from "@switchboard/protocol";
import { beforeEach, expect, test } from "vitest";
import { Seats } from "../src/model/seats.ts";

const PREFIX = "switchboard:i:";
let store: MemoryStore;
let made: number;
let forgotten: string[];

/** A page that is loaded, and says that `user` is here. */
function load(user: string): { seats: Seats; says: (user: string) => void } {
  let said = user;
  const seats = new Seats({
    storage: store,
    prefix: PREFIX,
    page: () => said,
    newToken: () => `token${++made}`,
    newBox: () => `box${++made}`,
    forget: (box) => forgotten.push(box),
  });
  return { seats, says: (next) => (said = next) };
}

function word(sub: string, signature: string): string {
  return `e30.${btoa(JSON.stringify({ sub }))}.${signature.padStart(43, "_")}`;
}

beforeEach(() => {
  store = new MemoryStore();
  made = 0;
  forgotten = [];
});

test("an anonymous visitor keeps the token over pages", () => {
  expect(load("").seats.token).toBe(load("").seats.token);
});

test("signing in keeps the token until the server has heard of it, then takes another", () => {
  const anonymous = load("").seats.token;
  const { seats } = load(word("ann", "1"));
  expect([seats.token, seats.user]).toEqual([anonymous, word("ann", "1")]);
  seats.settle();
  expect(seats.token).not.toBe(anonymous);
  expect(load(word("ann", "2")).seats.token).toBe(seats.token);
});

test("a page without a user after one of a user signs out", () => {
  const ann = load(word("ann", "1")).seats;
  ann.settle();
  store.setItem(`${ann.outbox}m1`, "{}");
  store.setItem(`${PREFIX}known`, "1");
  const next = load("").seats;
  expect([next.user, next.stale]).toEqual(["", false]);
  expect(next.token).not.toBe(ann.token);
  expect(forgotten).toEqual([ann.box]);
  expect(store.getItem(`${ann.outbox}m1`)).toBe(null);
  expect(store.getItem(`${PREFIX}known`)).toBe(null);
});

test("another user gets a seat of their own", () => {
  const ann = load(word("ann", "1")).seats;
  ann.settle();
  const ben = load(word("ben", "2")).seats;
  expect([ben.token, ben.box]).not.toContain(ann.token);
  expect(ben.box).not.toBe(ann.box);
});

test("an old page of a user who has left speaks for nobody, however it comes back", () => {
  for (const signature of ["1", "2"]) load(word("ann", signature)).seats.settle();
  const open = load(word("ann", "3"));
  load(word("ben", "4")).seats.settle();
  for (const signature of ["1", "2", "3"]) {
    const again = load(word("ann", signature)).seats;
    expect([again.stale, again.user, again.token]).toEqual([true, "", ""]);
  }
  expect(open.seats.look()).toBe("stale");
  expect(open.seats.token).toBe("");
  expect(load(word("ben", "5")).seats.stale).toBe(false);
  expect(load(word("ann", "6")).seats.stale).toBe(false);
});

test("an open anonymous page does not sign out who signed in on another one", () => {
  const anonymous = load("").seats;
  const ann = load(word("ann", "1")).seats;
  expect(anonymous.look()).toBe("same");
  ann.settle();
  expect(anonymous.look()).toBe("stale");
  expect(load(word("ann", "1")).seats.token).toBe(ann.token);
});

test("a site that clears its storage signs its user out on open pages, and keeps who is anonymous", () => {
  const anonymous = load("").seats;
  store.removeItem(`${PREFIX}seat`);
  expect(anonymous.look()).toBe("same");
  const ann = load(word("ann", "1")).seats;
  ann.settle();
  store.removeItem(`${PREFIX}seat`);
  expect(ann.look()).toBe("stale");
});

test("a page tells by itself that its user has another word, is another one, or has left", () => {
  const { seats, says } = load(word("ann", "1"));
  seats.settle();
  expect(seats.take()).toBe("same");
  says(word("ann", "2"));
  expect(seats.take()).toBe("again");
  says(word("ben", "3"));
  expect(seats.take()).toBe("other");
  says("");
  expect(seats.take()).toBe("other");
  says(word("ben", "3"));
  expect(seats.take()).toBe("stale");
});

test("what is no token is somebody whom only the server can refuse", () => {
  for (const odd of ["x", "a.b.c", `e30.${btoa("{}")}.sig`, "..", "💥"]) {
    const { seats } = load(odd);
    expect(seats.user).toBe(odd);
    expect(seats.token).not.toBe("");
  }
});
