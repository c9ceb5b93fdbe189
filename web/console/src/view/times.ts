import { clock, dayOf } from "@switchboard/protocol";
import type { Say } from "../i18n/index.ts";

/** All instants and lengths here are microseconds. */
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A customer who waits for a person is answered within this. */
export const DEADLINE = 2 * MINUTE;

export function waitingTime(waited: number, say: Say): string {
  if (waited < MINUTE) return say("wait.moment");
  if (waited < HOUR) return say("wait.minutes", { n: Math.floor(waited / MINUTE) });
  if (waited < DAY) return say("wait.hours", { n: Math.floor(waited / HOUR) });
  return say("wait.days", { n: Math.floor(waited / DAY) });
}

export function moment(at: number, locale: string): string {
  const form = { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat(locale, form).format(at / 1000);
}

/** The clock today, the date before. */
export function briefly(at: number, now: number, locale: string): string {
  if (sameDay(at, now)) return clock(at, locale);
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" }).format(at / 1000);
}

export function dayName(at: number, now: number, locale: string, say: Say): string {
  if (sameDay(at, now)) return say("thread.today");
  const date = new Date(now / 1000);
  const yesterday = new Date(date.getFullYear(), date.getMonth(), date.getDate() - 1);
  if (sameDay(at, yesterday.getTime() * 1000)) return say("thread.yesterday");
  return new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" }).format(
    at / 1000,
  );
}

function sameDay(a: number, b: number): boolean {
  return dayOf(a) === dayOf(b);
}

/** "1:05": how far something plays, in seconds. */
export function playingTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Whole seconds until an instant, as a countdown tells them, never more than there are; microseconds. */
export function secondsLeft(until: number, now: number): number {
  return Math.max(0, Math.floor((until - now) / 1_000_000));
}

/** How long an offer still stands. */
export function leftWords(seconds: number, say: Say): string {
  if (seconds < 100) return say("offer.left", { n: seconds });
  return say("offer.left_minutes", { n: Math.ceil(seconds / 60) });
}
