import { expect, test } from "vitest";
import { brandColours, contrast, parseHex } from "../src/model/colour.ts";

const rgb = (css: string) => css.match(/\d+/g)!.map(Number) as unknown as readonly [number, number, number];
const BRANDS = ["#ffffff", "#000000", "#f2c230", "#1f6f5c", "#ff0000", "#7f7f7f", "#abc", "no colour"];

test.each(BRANDS)("text on and of the brand %s is readable", (brand) => {
  const colours = brandColours(brand);
  expect(contrast(rgb(colours.brand), rgb(colours.onBrand))).toBeGreaterThan(4.2);
  expect(contrast(rgb(colours.textLight), [255, 255, 255])).toBeGreaterThanOrEqual(4.5);
  expect(contrast(rgb(colours.textDark), [36, 31, 26])).toBeGreaterThanOrEqual(4.5);
});

test("short and long hex are read, anything else is not", () => {
  expect(parseHex("#abc")).toEqual([170, 187, 204]);
  expect(parseHex("red; background: url(x)")).toBe(null);
});
