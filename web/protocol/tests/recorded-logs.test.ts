import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { EMPTY, reduceAll, type Conversation } from "../src/reduce.ts";
import type { Entry } from "../src/types.ts";

/** Logs that the server's suite recorded together with what its `fold` made of them. */
const LOGS = new URL("../../../tests/fixtures/logs/", import.meta.url);

interface Recorded {
  readonly entries: readonly Entry[];
  readonly state: Partial<Conversation>;
}

const names = readdirSync(fileURLToPath(LOGS)).filter((name) => name.endsWith(".json"));

test("there are recorded logs", () => {
  expect(names.length).toBeGreaterThan(0);
});

test.each(names)("reduce equals the server's fold: %s", (name) => {
  const { entries, state } = JSON.parse(readFileSync(new URL(name, LOGS), "utf8")) as Recorded;
  const { id: _, ...expected } = { ...EMPTY, ...state } as Conversation & { id?: string };
  expect(normal(reduceAll(entries))).toEqual(normal(expected));
});

/** JSON with defaults left out is the same state. */
function normal(state: unknown): unknown {
  return JSON.parse(JSON.stringify(state));
}
