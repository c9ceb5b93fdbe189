import { expect, test } from "vitest";
import { fresh } from "../src/fresh.ts";

test("what comes is handed on", async () => {
  expect(await fresh(async () => ({ word: "here" }))).toEqual({ word: "here" });
});

// Node itself asks for no module by http, and says so: here that is the second question.
test("what could not be had is asked for under another address", async () => {
  const failed = new TypeError(
    "Failed to fetch dynamically imported module: http://127.0.0.1:9/widget/Tray-1.js",
  );
  await expect(fresh(() => Promise.reject(failed))).rejects.toThrow(/protocol 'http:'/);
});

test("an error that names no address is told as it is", async () => {
  const failed = new TypeError("Importing a module script failed.");
  await expect(fresh(() => Promise.reject(failed))).rejects.toBe(failed);
});
