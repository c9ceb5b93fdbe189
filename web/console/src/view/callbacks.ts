import type { Callback, Conversation } from "@switchboard/protocol";
import type { Key, Say } from "../i18n/index.ts";

type Kind = Callback["kind"];

/** A time to get back at, in milliseconds, and how it is called. */
export interface Choice {
  readonly name: Key;
  readonly at: number;
}

const HOUR = 3600_000;
const EVENING = 18;
const MORNING = 10;

/** In an hour, this evening, tomorrow morning: the reader's own clock. */
export function choices(now: Date): readonly Choice[] {
  const at = (days: number, hour: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour).getTime();
  const all: readonly Choice[] = [
    { name: "callback.hour", at: now.getTime() + HOUR },
    { name: "callback.evening", at: at(0, EVENING) },
    { name: "callback.tomorrow", at: at(1, MORNING) },
  ];
  // An evening that is nearer than an hour is the hour.
  return all.filter(({ name, at: then }) => name !== "callback.evening" || then > now.getTime() + HOUR);
}

/** What there is to do: "Call +7 495 000-01-01". */
export function task({ kind, value }: Pick<Callback, "kind" | "value">, say: Say): string {
  return say(`callback.${kind}`, { value });
}

/** Where a click leads that does it; "" where nothing but the conversation does. */
export function link({ kind, value }: Pick<Callback, "kind" | "value">): string {
  if (kind === "phone") return `tel:${value}`;
  return kind === "email" ? `mailto:${value}` : "";
}

/** How the customer said that they are reached, the best way first; else in the conversation itself. */
export function way(state: Pick<Conversation, "details"> | null): {
  readonly kind: Kind;
  readonly value: string;
} {
  const details = state?.details ?? {};
  const kind = (["phone", "email", "messenger"] as const).find((one) => details[one]);
  return kind ? { kind, value: details[kind]! } : { kind: "here", value: "" };
}

/** Instants in microseconds. */
export function isDue({ due_at }: Pick<Callback, "due_at">, now: number): boolean {
  return due_at <= now;
}
