/**
 * The version that a changed text may get: the next number after a number, else the day (`today`, YYYY-MM-DD), the
 * second of a day as `2026-11-25.2`.
 */
export function nextVersion(version: string, today: string): string {
  if (/^\d{1,9}$/.test(version)) return String(Number(version) + 1);
  const [day, count = "1"] = version.split(".");
  return day === today ? `${today}.${Number(count) + 1 || 2}` : today;
}
