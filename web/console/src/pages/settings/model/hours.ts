import { DAYS, type Day, type Hours, type Span } from "../../../api/setup.ts";

/** A moment as the business's wall clock shows it. `date`: yyyy-mm-dd; `time`: hh:mm. */
export interface WallClock {
  readonly day: Day;
  readonly date: string;
  readonly time: string;
}

const WEEKDAYS: Readonly<Record<string, Day>> = {
  Mon: "mon", Tue: "tue", Wed: "wed", Thu: "thu", Fri: "fri", Sat: "sat", Sun: "sun",
}; // prettier-ignore

/** What the clocks of a time zone show; those of UTC where there is no such zone. */
export function wallClock(at: Date, timezone: string): WallClock {
  let parts: Readonly<Record<string, string>>;
  try {
    parts = partsOf(at, timezone);
  } catch {
    parts = partsOf(at, "UTC");
  }
  return {
    day: WEEKDAYS[parts["weekday"]!]!,
    date: `${parts["year"]}-${parts["month"]}-${parts["day"]}`,
    time: `${parts["hour"]}:${parts["minute"]}`,
  };
}

function partsOf(at: Date, timeZone: string): Record<string, string> {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}

/** Of one day, in order. A holiday goes before its weekday. */
export function spansOf(hours: Hours, day: Day, date: string): readonly Span[] {
  if (hours.always) return [{ opens: "00:00", closes: "24:00" }];
  return hours.holidays.find((holiday) => holiday.day === date)?.spans ?? hours.week[day] ?? [];
}

export type Standing =
  | { readonly is: "always" }
  | { readonly is: "open"; readonly until: string }
  | { readonly is: "closed"; readonly opens: string; readonly day: Day; readonly inDays: number }
  | { readonly is: "never" };

const LOOK_AHEAD = 14;

/** Whether people answer now, and until or from when. */
export function standing(hours: Hours, at: Date, timezone: string): Standing {
  if (hours.always) return { is: "always" };
  const now = wallClock(at, timezone);
  const today = spansOf(hours, now.day, now.date);
  const open = today.find(({ opens, closes }) => opens <= now.time && now.time < closes);
  if (open) return { is: "open", until: open.closes };
  for (let inDays = 0; inDays <= LOOK_AHEAD; inDays += 1) {
    const there = wallClock(new Date(at.getTime() + inDays * 86_400_000), timezone);
    const next = spansOf(hours, there.day, there.date).find(({ opens }) => inDays > 0 || opens > now.time);
    if (next) return { is: "closed", opens: next.opens, day: there.day, inDays };
  }
  return { is: "never" };
}

/** The times of a day on other days, too. */
export function copyTo(week: Hours["week"], from: Day, to: readonly Day[]): Hours["week"] {
  const spans = week[from] ?? [];
  return { ...week, ...Object.fromEntries(to.map((day) => [day, spans.map((span) => ({ ...span }))])) };
}

export const WORKDAYS: readonly Day[] = DAYS.slice(0, 5);
