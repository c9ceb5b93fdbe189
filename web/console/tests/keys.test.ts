import { expect, test } from "vitest";
import { shortcut } from "../src/view/keys.ts";

const press = (code: string, key: string, more: object = {}) => ({
  code,
  key,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  ...more,
});

test("shortcuts go by the physical key, on any layout", () => {
  expect(shortcut(press("KeyJ", "о", { altKey: true }), true)).toBe("next");
  expect(shortcut(press("KeyJ", "∆", { altKey: true }), false)).toBe("next");
  expect(shortcut(press("KeyE", "e"), false)).toBe(null);
  expect(shortcut(press("KeyE", "e", { altKey: true, ctrlKey: true }), false)).toBe(null);
});

test("the question mark asks for help, but not while someone writes", () => {
  expect(shortcut(press("Digit7", "?", { shiftKey: true }), false)).toBe("help");
  expect(shortcut(press("Slash", ",", { shiftKey: true }), false)).toBe("help");
  expect(shortcut(press("Slash", "?", { shiftKey: true }), true)).toBe(null);
});
