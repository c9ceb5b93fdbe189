import { expect, test } from "vitest";
import type { RoutingRules, Source, Team, TeamRules } from "../src/api/setup.ts";
import { speak } from "../src/i18n/settings/index.ts";
import { chatsAtOnce, withCurrent } from "../src/pages/settings/model/choices.ts";
import { withLevel, without } from "../src/pages/settings/model/levels.ts";
import { asksForSkills, PLAIN_TEAM, ruleByRule } from "../src/pages/settings/model/rules.ts";
import { comesLater, nextStep } from "../src/pages/settings/model/steps.ts";
import { shown, shownChange } from "../src/pages/settings/model/values.ts";

const say = speak("en");

test("a skill that is taken away and chosen again at its level is no change", () => {
  const levels = { a: 3, b: 5 };
  expect(JSON.stringify(withLevel(without(levels, "a"), "a", 3))).toBe(JSON.stringify(levels));
  expect(withLevel(levels, "b", 1)).toEqual({ a: 3, b: 1 });
  expect(levels).toEqual({ a: 3, b: 5 });
});

test("a step of waiting comes later than the one before it", () => {
  const steps = [30, 60, 60, NaN, 20];
  expect(steps.map((_, index) => comesLater(steps, index))).toEqual([true, true, false, false, false]);
});

test.each([
  [[], 30],
  [[0], 1],
  [[30, 60], 120],
  [[80_000], 86_400],
])("after steps %j comes %i", (steps, next) => expect(nextStep(steps)).toBe(next));

test("a number that is none of the usual ones can be kept", () => {
  expect(withCurrent([0, 2, 5], 3)).toEqual([0, 2, 3, 5]);
  expect(withCurrent([0, 2, 5], 2)).toEqual([0, 2, 5]);
});

test("each number of chats is a share of what one person carries", () => {
  expect([100, 50, 33, 25, 20, 16, 12, 10].map(chatsAtOnce)).toEqual([1, 2, 3, 4, 5, 6, 8, 10]);
});

test("where people pick, skills matter only to those who help", () => {
  expect(asksForSkills(PLAIN_TEAM)).toBe(false);
  expect(asksForSkills({ ...PLAIN_TEAM, overflow: "team" })).toBe(true);
  expect(asksForSkills({ ...PLAIN_TEAM, mode: "offer" })).toBe(true);
});

test("two people who change different rules of a team both keep theirs", () => {
  const team = (rules: Partial<TeamRules>): Team => ({
    name: "Repairs",
    members: [],
    about: "",
    rules: { ...PLAIN_TEAM, ...rules },
  });
  const source: Source<Team> = {
    kind: "team",
    read: () => Promise.resolve([]),
    change: (_, thing) => Promise.resolve(thing),
  };
  const merged = ruleByRule(source).merge!(team({}), team({ mode: "offer" }), team({ widen: [10] }));
  expect(merged.rules).toEqual({ ...PLAIN_TEAM, mode: "offer", widen: [10] });
});

test("rules are told in words, and ids by their names", () => {
  const names: Record<string, string> = { german: "German", night: "Night shift" };
  const rules = { ...PLAIN_TEAM, mode: "offer", skills: { german: 4 }, overflow: "night" };
  const text = shown(rules, say, (id) => names[id] ?? id);
  expect(text).toContain("Who decides: Offered to one person");
  expect(text).toContain("Skills: German: 4");
  expect(text).toContain("Who helps: Night shift");
});

test("of many rules only those are told that differ", () => {
  const before: RoutingRules = {
    everybody: PLAIN_TEAM,
    offer_seconds: 30,
    missed_limit: 2,
    again_seconds: 120,
    knew_days: 30,
    grace_seconds: 90,
    weight: 100,
    step_minutes: 5,
    call_minutes: 10,
    chat: 20,
    resting: 50,
  };
  expect(shownChange({ ...before, offer_seconds: 45 }, before, say)).toBe("An offer stands, seconds: 45");
  expect(shownChange(before, before, say)).toBe("11 entries");
});
