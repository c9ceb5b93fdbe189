import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readMarkup } from "../src/markup.ts";
import type { Span } from "../src/types.ts";

/** Cases that the server's `read_markup` is held to as well. */
const CASES = new URL("../../../tests/fixtures/markup.json", import.meta.url);

interface Case {
  readonly name: string;
  readonly written: string;
  readonly text: string;
  readonly spans: readonly Span[];
}

test.each(JSON.parse(readFileSync(CASES, "utf8")) as readonly Case[])(
  "markup is read as the server reads it: $name",
  ({ written, text, spans }) => {
    expect(readMarkup(written)).toEqual({ text, spans });
  },
);
