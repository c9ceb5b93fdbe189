import { afterEach, expect, test } from "vitest";
import { encode } from "../src/encode.ts";

const VALUE = {
  a: [1, "x", null, [], {}, [true]],
  b: { c: 'say "hi"\n' },
  d: null,
  e: -0.5,
  ключ: "значение",
};

afterEach(() => {
  delete (Array.prototype as { toJSON?: unknown }).toJSON;
  delete (Object.prototype as { toJSON?: unknown }).toJSON;
});

test("plain data is written as JSON.stringify writes it", () => {
  expect(encode(VALUE)).toBe(JSON.stringify(VALUE));
  expect(encode({ a: undefined, b: [undefined] })).toBe('{"b":[null]}');
});

test("what a framework gave arrays and objects is not asked", () => {
  const before = JSON.stringify(VALUE);
  (Array.prototype as { toJSON?: unknown }).toJSON = () => "broken";
  (Object.prototype as { toJSON?: unknown }).toJSON = () => "broken";
  expect(encode(VALUE)).toBe(before);
});
