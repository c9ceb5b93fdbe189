import { expect, test } from "vitest";
import { fitting, matches } from "../src/loader/invitations.ts";

test.each([
  ["*", "/", true],
  ["/plans", "/plans", true],
  ["/plans", "/plans/", false],
  ["/plans/*", "/plans/spark", true],
  ["/plans/*", "/plan", false],
  ["*/order", "/shop/order", true],
  ["*/order", "/shop/orders", false],
  ["/a*c*e", "/abcde", true],
  ["/a*c*e", "/ace", true],
  ["/a*a", "/a", false],
  ["/(.+)", "/x", false],
])("%s for %s: %s", (glob, path, fits) => expect(matches(glob, path)).toBe(fits));

test("the first for the page that was not put away", () => {
  const all = ["/x", "/*", "*"].map((pages, index) => ({
    id: `i${index}`,
    pages,
    after_seconds: 0,
    text: "",
  }));
  expect(fitting(all, "/plans", [])?.id).toBe("i1");
  expect(fitting(all, "/plans", ["i1"])?.id).toBe("i2");
  expect(fitting(all, "/plans", ["i1", "i2"])).toBe(null);
});
