/** What a person types for a time of day, as hh:mm; "" where it is none. 24:00 is the end of a day. */
export function timeOf(typed: string): string {
  const match = /^(\d{1,2})(?:[:.\- ]?(\d{2}))?$/.exec(typed.trim());
  if (!match) return "";
  const time = `${match[1]!.padStart(2, "0")}:${match[2] ?? "00"}`;
  return /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(time) ? time : "";
}
