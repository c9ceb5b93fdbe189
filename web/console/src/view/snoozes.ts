import type { Key } from "../i18n/index.ts";

/** A time to come back at, in milliseconds, and how it is called. */
export interface Choice {
  readonly name: Key;
  readonly at: number;
}

const HOUR = 3600_000;
const MORNING = 9;

/** In an hour, tomorrow morning, next Monday morning: the reader's own clock. */
export function choices(now: Date): readonly Choice[] {
  const morning = (days: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING).getTime();
  const untilMonday = (8 - now.getDay()) % 7 || 7;
  return [
    { name: "snooze.hour", at: now.getTime() + HOUR },
    { name: "snooze.tomorrow", at: morning(1) },
    { name: "snooze.week", at: morning(untilMonday) },
  ];
}

/** The value of a date and time field, which knows no time zones. */
export function fieldValue(at: Date): string {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
