import type { DayFigures } from "../../api/reports.ts";

/** From the midnight before `count - 1` days until the one after `now`, in microseconds. */
export function period(now: Date, count: number): readonly [number, number] {
  const end = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime();
  return [(end - count * 86_400_000) * 1000, end * 1000];
}

export interface Totals {
  readonly requests: number;
  readonly open: number;
  readonly contained: number;
  readonly handed_over: number;
  readonly lost: number;
  readonly minutes: number | null;
  readonly ratings: number;
  readonly score: number | null;
}

/** All days together; averages by how many stand behind each day's. */
export function totals(days: readonly DayFigures[]): Totals {
  const sum = (field: "requests" | "open" | "contained" | "handed_over" | "lost" | "ratings") =>
    days.reduce((all, day) => all + day[field], 0);
  return {
    requests: sum("requests"),
    open: sum("open"),
    contained: sum("contained"),
    handed_over: sum("handed_over"),
    lost: sum("lost"),
    minutes: average(days, (day) => [day.minutes, day.requests - day.open]),
    ratings: sum("ratings"),
    score: average(days, (day) => [day.score, day.ratings]),
  };
}

function average(
  days: readonly DayFigures[],
  of: (day: DayFigures) => readonly [number | null, number],
): number | null {
  const known = days.map(of).filter(([value, count]) => value !== null && count > 0);
  const count = known.reduce((all, [, many]) => all + many, 0);
  return count ? known.reduce((all, [value, many]) => all + value! * many, 0) / count : null;
}

/** Of a whole, in per cent; `null` where there is none. */
export function share(part: number, whole: number): number | null {
  return whole ? Math.round((100 * part) / whole) : null;
}
