import type { WayLink } from "../api/ways.ts";

const MINUTE = 60_000_000;

/** An address as people say it. */
export function bare(address: string): string {
  return address.replace(/^https?:\/\//, "").replace(/\/$/, "");
}

/** Whole minutes that a link still works, one at least. */
export function minutesLeft({ until }: WayLink, now: number): number {
  return Math.max(1, Math.round((until - now) / MINUTE));
}

/** What was begun, and after it what is added: nothing that stands there is lost. */
export function added(begun: string, words: string): string {
  return begun.trim() ? `${begun.trimEnd()}\n\n${words}` : words;
}
