import type { Key, Say } from "../../../i18n/settings/index.ts";
import { knows } from "../../../i18n/settings/index.ts";
import { same } from "./changes.ts";

/** How a field is called, as the settings and the audit log name it. */
export function fieldName(field: string, say: Say): string {
  const key = `field.${field}`;
  return knows(key) ? say(key) : field;
}

/** From here on a list is told by what came and what went. */
const LONG = 6;

/** As `shown`; of what is long only what differs from `before`. */
export function shownChange(
  value: unknown,
  before: unknown,
  say: Say,
  name: (id: string) => string = (id) => id,
): string {
  if (isParts(value) && isParts(before) && Object.keys(value).length > LONG) {
    const parts = changedParts(value, before);
    const n = Object.keys(value).length;
    return Object.keys(parts).length ? shown(parts, say, name) : say("values.same", { n });
  }
  if (!isTexts(value) || !isTexts(before) || Math.max(value.length, before.length) <= LONG)
    return shown(value, say, name);
  const came = value.filter((one) => !before.includes(one)).map((one) => `+ ${name(one)}`);
  const went = before.filter((one) => !value.includes(one)).map((one) => `− ${name(one)}`);
  return [...came, ...went].join("\n") || say("values.same", { n: value.length });
}

type Parts = Readonly<Record<string, unknown>>;

function isParts(value: unknown): value is Parts {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function changedParts(value: Parts, before: Parts): Parts {
  return Object.fromEntries(Object.entries(value).filter(([key, one]) => !same(one, before[key])));
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** A value as a person reads it. `name`: what stands for an id. */
export function shown(value: unknown, say: Say, name: (id: string) => string = (id) => id): string {
  if (value === null || value === undefined || value === "") return "—";
  if (typeof value === "boolean") return say(value ? "value.yes" : "value.no");
  if (typeof value === "string") return wordOf(value, say) ?? name(value);
  if (Array.isArray(value)) return list(value, say, name);
  if (typeof value === "object") {
    const { opens, closes } = value as { opens?: string; closes?: string };
    if (opens && closes) return `${opens}–${closes}`;
    const parts = Object.entries(value)
      .filter(([key]) => key !== "was") // as a file has it: no words for people
      .map(([key, one]) => [key, choice(key, one, say) ?? shown(one, say, name)] as const)
      .filter(([, text]) => text !== "—");
    return parts.map(([key, text]) => `${partName(key, say, name)}: ${text}`).join("\n") || "—";
  }
  return String(value);
}

function list(values: readonly unknown[], say: Say, name: (id: string) => string): string {
  const texts = values.map((one) => shown(one, say, name));
  return texts.join(texts.some((text) => text.includes("\n")) ? "\n" : ", ") || "—";
}

/** What a part is called: a field, a day; or what has this id. */
function partName(key: string, say: Say, name: (id: string) => string): string {
  return wordOf(key, say) ?? (knows(`field.${key}`) ? fieldName(key, say) : name(key));
}

/** One of the few things that a part can be, where these have words of their own. */
function choice(part: string, value: unknown, say: Say): string | undefined {
  const key = `${part}.${String(value)}`;
  return (part === "mode" || part === "channel") && knows(key) ? say(key) : undefined;
}

/** Values that are words of ours: roles, colours, days. */
function wordOf(value: string, say: Say): string | undefined {
  for (const kind of ["role", "color", "day"]) {
    const key = `${kind}.${value}`;
    if (knows(key)) return say(key as Key);
  }
  return undefined;
}
