import { expect, test } from "vitest";
import type { Way, WayLink } from "../src/api/ways.ts";
import { added, bare, minutesLeft } from "../src/view/ways.ts";

const way: Way = {
  inbox: "inb_bot",
  channel: "telegram",
  name: "Lantern",
  place: "https://t.me/lantern_test_bot",
};
const link = (token: string): WayLink => ({
  url: `${way.place}?start=c_${token}`,
  qr: "",
  until: 900_000_000,
});

test("an address is shown as people say it", () => {
  expect(bare(way.place)).toBe("t.me/lantern_test_bot");
  expect(bare("http://127.0.0.1:8080/")).toBe("127.0.0.1:8080");
});

test("a link goes after what was begun, and nothing of that is lost", () => {
  expect(added("", "the link")).toBe("the link");
  expect(added("One moment, \n", "the link")).toBe("One moment,\n\nthe link");
});

test("a link works for a minute at least, as it is said", () => {
  expect(minutesLeft(link("A"), 100_000)).toBe(15);
  expect(minutesLeft(link("A"), 899_000_000)).toBe(1);
});
