export const SPANS = ["hour", "day", "week", "good"] as const;
export type Span = (typeof SPANS)[number];

const HOUR = 3_600_000_000;
const LENGTH: Readonly<Record<Span, number>> = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR, good: 0 };

/** Until when (µs); 0: for good. */
export function untilOf(span: Span, now: number): number {
  return span === "good" ? 0 : now + LENGTH[span];
}
