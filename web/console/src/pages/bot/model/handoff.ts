import type { Levels } from "../../../api/setup.ts";
import type { Change, Json } from "../../../api/studio.ts";

/** When the bot hands over, and how sure it must be: the file `switchboard.yml` as one edits it. Pure. */

export interface Aim {
  team: string;
  priority: number;
  reason: string;
  /** What whoever gets it must know: by names, as the business calls its skills. */
  skills: Levels;
}
export interface TopicRule extends Aim {
  topic: string;
}
export interface Handoff {
  team: string;
  priority: number;
  skills: Levels;
  misses: number;
  rules: readonly TopicRule[];
  /** A tone at least this strong calls a person; 0: none does. */
  anger: number;
  anger_words: readonly string[];
  anger_team: string;
  anger_priority: number;
  important_labels: readonly string[];
  important_priority: number;
  at_once: boolean;
  threshold: number;
}

const USUAL = { misses: 3, anger: 0.7, anger_priority: 1, important_priority: 2, threshold: 0.55 };

export function readHandoff(settings: Json): Handoff {
  const handoff = part(settings["handoff"]);
  const anger = part(handoff["anger"]);
  const important = part(handoff["important"]);
  return {
    team: textOf(handoff["team"]),
    priority: numberOf(handoff["priority"], 0),
    skills: levelsOf(handoff["skills"]),
    misses: numberOf(handoff["misses"], USUAL.misses),
    rules: list(handoff["rules"])
      .map((one) => part(one))
      .flatMap(rulesOf),
    anger: numberOf(anger["from"], USUAL.anger),
    anger_words: list(anger["words"]).map(String),
    anger_team: textOf(anger["team"]),
    anger_priority: numberOf(anger["priority"], USUAL.anger_priority),
    important_labels: list(important["labels"]).map(String),
    important_priority: numberOf(important["priority"], USUAL.important_priority),
    at_once: important["at_once"] === true,
    threshold: numberOf(part(settings["understanding"])["answer_from"], USUAL.threshold),
  };
}

function rulesOf(rule: Json): TopicRule[] {
  const one = rule["intent"];
  const names = one === undefined ? list(rule["intents"]) : Array.isArray(one) ? one : [one];
  return names.map((topic) => ({
    topic: String(topic),
    team: textOf(rule["team"]),
    priority: numberOf(rule["priority"], 0),
    reason: textOf(rule["reason"]),
    skills: levelsOf(rule["skills"]),
  }));
}

/** The sections that differ from what is there; what this page doesn't know in them stays. */
export function handoffChanges(value: Handoff, settings: Json): Change[] {
  const before = readHandoff(settings);
  const changes: Change[] = [];
  const { threshold, ...rest } = value;
  const { threshold: old, ...restBefore } = before;
  if (!same(rest, restBefore))
    changes.push({ kind: "settings", section: "handoff", value: written(value, settings) });
  if (threshold !== old) {
    const understanding = { ...part(settings["understanding"]), answer_from: threshold };
    changes.push({ kind: "settings", section: "understanding", value: understanding });
  }
  return changes;
}

function written(value: Handoff, settings: Json): Json {
  const was = part(settings["handoff"]);
  const before = readHandoff(settings);
  const handoff: Record<string, unknown> = { ...was };
  put(handoff, "team", value.team, "");
  put(handoff, "priority", value.priority, 0);
  if (!same(value.skills, before.skills)) put(handoff, "skills", value.skills, {});
  put(handoff, "misses", value.misses, USUAL.misses);
  if (!same(value.rules, before.rules)) {
    const rules = value.rules.filter(({ topic }) => topic).map(writtenRule);
    if (rules.length || was["rules"]) handoff["rules"] = rules;
  }
  const anger: Record<string, unknown> = { ...part(was["anger"]) };
  put(anger, "from", value.anger, USUAL.anger);
  put(anger, "words", value.anger_words.map((one) => one.trim()).filter(Boolean), []);
  put(anger, "team", value.anger_team, "");
  put(anger, "priority", value.anger_priority, USUAL.anger_priority);
  putPart(handoff, "anger", anger);
  const important: Record<string, unknown> = { ...part(was["important"]) };
  put(important, "labels", value.important_labels, []);
  put(important, "priority", value.important_priority, USUAL.important_priority);
  put(important, "at_once", value.at_once, false);
  putPart(handoff, "important", important);
  return handoff;
}

function writtenRule({ topic, team, priority, reason, skills }: TopicRule): Json {
  return {
    intent: topic,
    ...(team ? { team } : {}),
    ...(priority ? { priority } : {}),
    ...(reason ? { reason } : {}),
    ...(Object.keys(skills).length ? { skills } : {}),
  };
}

/** What is usual isn't written, unless it was. */
function put(into: Record<string, unknown>, key: string, value: unknown, usual: unknown): void {
  if (!same(value, usual) || into[key] !== undefined) into[key] = value;
}
function putPart(into: Record<string, unknown>, key: string, value: Json): void {
  if (Object.keys(value).length) into[key] = value;
}
function part(value: unknown): Json {
  return value && typeof value === "object" && !Array.isArray(value) ? (value as Json) : {};
}
function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}
/** Names alone ask for any level. */
function levelsOf(value: unknown): Levels {
  const pairs =
    Array.isArray(value) || typeof value === "string"
      ? list(value).map((one) => [String(one), 1])
      : Object.entries(part(value));
  return Object.fromEntries(pairs);
}
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
function numberOf(value: unknown, usual: number): number {
  return typeof value === "number" ? value : usual;
}
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
