/** Ordered: who names others in their own line stands before them. */
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, "Edge"],
  [/\b(OPR|Opera)\//, "Opera"],
  [/\bYaBrowser\//, "Yandex Browser"],
  [/\bFirefox\//, "Firefox"],
  [/\b(Chrome|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/Android/, "Android"],
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

/** What a person calls a browser, of what it calls itself; "" where it is none that we know. */
export function browserName(agent: string): string {
  const find = (table: typeof PROGRAMS) => table.find(([pattern]) => pattern.test(agent))?.[1];
  return [find(PROGRAMS), find(SYSTEMS)].filter(Boolean).join(", ");
}
