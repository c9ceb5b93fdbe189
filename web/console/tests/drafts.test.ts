import { expect, test } from "vitest";
import { dropOldDrafts, readDraft, writeDraft } from "../src/stores/drafts.ts";

const DAY = 24 * 3600 * 1000;
const file = { id: "f1", name: "plan.pdf", type: "application/pdf", size: 7 };

test("a draft belongs to an account, a conversation and a mode", () => {
  writeDraft("olga", "c1", "reply", { text: "Hello", files: [file] });
  expect(readDraft("olga", "c1", "reply")).toMatchObject({ text: "Hello", files: [file] });
  expect(readDraft("olga", "c1", "note").text).toBe("");
  expect(readDraft("pavel", "c1", "reply").text).toBe("");
  writeDraft("olga", "c1", "reply", { text: "", files: [] });
  expect(readDraft("olga", "c1", "reply")).toEqual({ text: "", files: [] });
});

test("what nobody came back to for a month is forgotten", () => {
  writeDraft("olga", "c2", "note", { text: "Old", files: [] });
  dropOldDrafts(Date.now() + 29 * DAY);
  expect(readDraft("olga", "c2", "note").text).toBe("Old");
  dropOldDrafts(Date.now() + 31 * DAY);
  expect(readDraft("olga", "c2", "note").text).toBe("");
});
