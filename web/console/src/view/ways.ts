import { readMarkup } from "@switchboard/protocol";
import type { Way, WayLink } from "../api/ways.ts";

const MINUTE = 60_000_000;

/** An address as people say it. */
export function bare(address: string): string {
  return address.replace(/^https?:\/\//, "").replace(/\/$/, "");
}

/** The address as it stands in a reply: a one-time token may hold what reads as a mark, and would lose it. */
export function written({ url }: WayLink, { place }: Way): string {
  return readMarkup(url).text === url ? url : `[${bare(place)}](${url})`;
}

/** Whole minutes that a link still works, one at least. */
export function minutesLeft({ until }: WayLink, now: number): number {
  return Math.max(1, Math.round((until - now) / MINUTE));
}

/** What was begun, and after it what is added: nothing that stands there is lost. */
export function added(begun: string, words: string): string {
  return begun.trim() ? `${begun.trimEnd()}\n\n${words}` : words;
}
