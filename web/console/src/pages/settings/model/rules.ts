import type { SkillRules, Source, TeamRules, WrapUpRules } from "../../../api/setup.ts";
import { onTop } from "./changes.ts";

/** Where nothing was set up; the server's own are the same. */
export const PLAIN_TEAM: TeamRules = {
  mode: "pick",
  skills: {},
  widen: [30, 60, 120],
  overflow: "",
  overflow_after: 90,
  answer_calls: false,
  wrap_up: null,
};
export const PLAIN_WRAP_UP: WrapUpRules = { mode: "off", code: false, seconds: 60, more: "once" };
export const PLAIN_SKILL: SkillRules = { language: "", channel: "", strict: false };

/** Whether skills mean anything to conversations that come so: not where people pick, and nobody else is given them. */
export function asksForSkills({ mode, overflow }: TeamRules): boolean {
  return mode !== "pick" || overflow !== "";
}

/** Where two people changed different rules of one thing, both stay. */
export function ruleByRule<V extends { readonly rules: object }>(source: Source<V>): Source<V> {
  return {
    ...source,
    merge: (before, mine, theirs) => ({
      ...onTop(before, mine, theirs),
      rules: onTop(before.rules, mine.rules, theirs.rules),
    }),
  };
}
