import type { OwnDay } from "../api/day.ts";
import type { Say } from "../i18n/index.ts";
import { playingTime } from "./times.ts";

/** "1:05", or with hours "2:01:05": a length in seconds; a dash where there is none. */
export function span(seconds: number | null): string {
  if (seconds === null) return "–";
  if (seconds < 3600) return playingTime(seconds);
  const rest = seconds % 3600;
  return `${Math.floor(seconds / 3600)}:${String(Math.floor(rest / 60)).padStart(2, "0")}:${String(rest % 60).padStart(2, "0")}`;
}

/** Each figure with its name, in the order in which they are read. */
export function figuresOf(day: OwnDay, say: Say, locale: string): readonly (readonly [string, string])[] {
  const score = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return [
    [say("day.taken"), String(day.taken)],
    [say("day.resolved"), String(day.resolved)],
    [say("day.first_response"), span(day.first_response)],
    [say("day.handle_time"), span(day.handle_time)],
    [say("day.score"), day.score === null ? "–" : `${score.format(day.score)} (${day.ratings})`],
    [say("day.missed"), String(day.missed)],
  ];
}

/** What somebody was for how long, in words; the break by its reason. */
export function timesOf(day: OwnDay, say: Say): readonly { name: string; length: string; share: number }[] {
  const all = day.times.reduce((sum, { seconds }) => sum + seconds, 0) || 1;
  return day.times.map(({ state, reason, seconds }) => {
    const own = reason === "missed" ? say("day.set_away") : reason;
    return {
      name: own ? `${say(`presence.${state}`)} · ${own}` : say(`presence.${state}`),
      length: span(seconds),
      share: seconds / all,
    };
  });
}
