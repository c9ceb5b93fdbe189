import { describe, expect, it } from "vitest";
import type { CannedResponse, Macro, Team, Thing } from "../src/api/setup.ts";
import { atHand, missingIn } from "../src/view/canned.ts";
import { figuresOf, span, timesOf } from "../src/view/day.ts";
import { digit, shortcut } from "../src/view/keys.ts";
import { allowed } from "../src/view/floor.ts";
import { stepsOf } from "../src/view/macros.ts";
import { moved } from "../src/pages/settings/model/macros.ts";

const thing = <V>(id: string, value: V): Thing<V> => ({
  id,
  version: 1,
  changed_at: 0,
  changed_by: "",
  value,
});
const say = (key: string, params: Readonly<Record<string, unknown>> = {}) =>
  [key, ...Object.values(params)].join("|");
const none = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };

describe("canned responses at hand", () => {
  const canned = (name: string, owner = "", team = "") =>
    thing<CannedResponse>(name, { name, owner, team, texts: { en: name } });
  const team = (id: string, members: readonly string[]) =>
    thing<Team>(id, { name: id, members, about: "" } as unknown as Team);
  const teams = [team("billing", ["me"]), team("sales", ["other"])];

  it("are mine first, then my teams', then everybody's, and nobody else's", () => {
    const all = [
      canned("all"),
      canned("ours", "", "billing"),
      canned("theirs", "", "sales"),
      canned("mine", "me"),
      canned("hers", "she"),
    ];
    const found = atHand(all, teams, "me");
    expect(found.map(({ one, scope, team }) => [one.id, scope, team])).toEqual([
      ["mine", "mine", ""],
      ["ours", "team", "billing"],
      ["all", "all", ""],
    ]);
  });
  it("say what nothing is known for, once each", () => {
    const text = "{{customer}}, {{ operator }}, {{customer}}, {{whatever}}";
    expect(missingIn(text, { operator: "Olga", customer: "" })).toEqual(["customer", "whatever"]);
  });
});

describe("a macro", () => {
  it("says step by step what it will do", () => {
    const macro: Macro = {
      name: "Paid",
      about: "",
      team: "",
      actions: [
        { type: "say", texts: { ru: "Спасибо", en: "Thanks" } },
        { type: "label", add: ["l1"], remove: ["gone"] },
        { type: "transfer", team: "" },
      ],
    };
    const labels = [thing("l1", { name: "Paid", color: "red" as const })];
    expect(stepsOf(macro, { teams: [], labels, locale: "ru" }, say as never)).toEqual([
      "macro.say|Спасибо",
      "macro.label.add|Paid; macro.label.remove|macro.gone",
      "macro.transfer.queue",
    ]);
  });
  it("has steps that move by one, and stay within", () => {
    expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
  });
});

describe("the keys of the day", () => {
  it("are by physical key: numbers choose, a backslash calls macros outside of fields", () => {
    expect(digit({ ...none, code: "Digit3" })).toBe(3);
    expect(digit({ ...none, code: "Numpad9" })).toBe(9);
    expect(digit({ ...none, code: "Digit0" })).toBe(0);
    expect(digit({ ...none, code: "Digit3", altKey: true })).toBe(0);
    expect(shortcut({ ...none, code: "Backslash", key: "\\" }, false)).toBe("macros");
    expect(shortcut({ ...none, code: "Backslash", key: "\\" }, true)).toBeNull();
  });
});

describe("who joined", () => {
  it("may write and leave, and the owner's rest stays the owner's", () => {
    const owner = { id: "olga", name: "Olga" };
    const may = allowed("open", { owner, joined: true }, "pavel", false);
    expect([may.reply, may.leave, may.resolve, may.transfer, may.invite]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("my day", () => {
  const day = {
    day: "2026-01-01",
    since: 0,
    until: 0,
    taken: 3,
    resolved: 2,
    first_response: 65,
    handle_time: null,
    ratings: 2,
    score: 4.5,
    missed: 1,
    times: [
      { state: "online" as const, reason: "", seconds: 7265 },
      { state: "away" as const, reason: "Lunch", seconds: 1800 },
      { state: "away" as const, reason: "missed", seconds: 60 },
    ],
  };
  it("shows lengths as clocks do, and a dash where there is none", () => {
    expect([span(65), span(7265), span(null)]).toEqual(["1:05", "2:01:05", "–"]);
    expect(figuresOf(day, say as never, "en").map(([, value]) => value)).toEqual([
      "3",
      "2",
      "1:05",
      "–",
      "4.5 (2)",
      "1",
    ]);
  });
  it("names breaks by their reasons", () => {
    expect(timesOf(day, say as never).map(({ name }) => name)).toEqual([
      "presence.online",
      "presence.away · Lunch",
      "presence.away · day.set_away",
    ]);
  });
});
