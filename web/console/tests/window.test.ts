import { expect, test } from "vitest";
import { revealed, stepTo, windowed } from "../src/view/window.ts";

const pane = { scrolled: 920, height: 460 };

test("only the rows near the eyes are in the page, and the one that has the focus", () => {
  const seen = windowed(10_000, 92, pane, 9_000);
  expect(seen.slice(0, 2)).toEqual([2, 3]);
  expect(seen.at(-2)).toBe(23);
  expect(seen.at(-1)).toBe(9_000);
  expect(windowed(10_000, 92, pane, 0)[0]).toBe(0);
  expect(windowed(3, 92, { scrolled: 0, height: 460 }, -1)).toEqual([0, 1, 2]);
  expect(windowed(0, 92, pane, 0)).toEqual([]);
});

test("a row that is seen whole moves nothing, another is brought to the nearer edge", () => {
  expect(revealed(12, 92, pane)).toBe(920);
  expect(revealed(3, 92, pane)).toBe(276);
  expect(revealed(20, 92, pane)).toBe(21 * 92 - 460);
});

test("keys lead on and stop at both ends", () => {
  expect(stepTo("ArrowUp", 0, 5, 3)).toBe(0);
  expect(stepTo("ArrowDown", 3, 5, 3)).toBe(4);
  expect(stepTo("PageDown", 3, 5, 3)).toBe(4);
  expect(stepTo("End", 0, 5, 3)).toBe(4);
  expect(stepTo("Home", 4, 5, 3)).toBe(0);
  expect(stepTo("Enter", 4, 5, 3)).toBeNull();
});
