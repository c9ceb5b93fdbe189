import type { Report, VersionPage } from "../../../api/studio.ts";

/** What was measured, in whole numbers that can be said. Pure. */

export type Point = readonly [threshold: number, right: number, wrong: number, asked: number];

/** Of a hundred questions: those that are answered, how many of them wrongly, and those that are asked about. */
export interface OfHundred {
  readonly answered: number;
  readonly wrong: number;
  readonly asked: number;
}

export function curveOf(report: Report | undefined): readonly Point[] {
  return report?.evaluation?.curve ?? [];
}

/** What a threshold does, by the nearest point that was measured. */
export function atThreshold(curve: readonly Point[], threshold: number): OfHundred | null {
  if (!curve.length) return null;
  const point = curve.reduce((best, one) =>
    Math.abs(one[0] - threshold) < Math.abs(best[0] - threshold) ? one : best,
  );
  const [, , wrong, asked] = point;
  const all = sum(point);
  const left = Math.round((100 * asked) / all);
  return { answered: 100 - left, wrong: Math.min(100 - left, Math.round((100 * wrong) / all)), asked: left };
}

/** The thresholds that can be chosen. */
export const [LEAST, MOST] = [0.1, 0.95] as const;

/** Where a threshold stands between the least and the most, 0 to 1. */
export const along = (threshold: number) => (threshold - LEAST) / (MOST - LEAST);

/** A curve as the points of a line in a box of `width` by `height`; 0 is at its bottom. */
export function line(curve: readonly Point[], of: 1 | 2 | 3, width: number, height: number): string {
  return curve
    .map((point) => `${round(along(point[0]) * width)},${round(height - (point[of] / sum(point)) * height)}`)
    .join(" ");
}
const sum = ([, right, wrong, asked]: Point) => right + wrong + asked || 1;
const round = (value: number) => Math.round(value * 10) / 10;

/** A step of a test conversation as its file has it (`action: utter_prices`): the topic that is meant. */
export function meant(step: string): string {
  return step.replace(/^(action|intent|bot|user): */, "").replace(/^utter_/, "");
}

export const percent = (share: number) => Math.round(share * 1000) / 10;

/** As it is written in a language: "66,3". */
export const written = (number: number, locale: string) =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(number);

/** What got worse or better from one version to another. */
export interface Moved {
  readonly topic: string;
  readonly before: number;
  readonly after: number;
}

/** Topics that are found less often than before, the worst first. */
export function worse(before: Report | undefined, after: Report | undefined): Moved[] {
  const old = new Map(before?.evaluation?.intents?.map((one) => [one.intent, one.recall]));
  return (after?.evaluation?.intents ?? [])
    .flatMap(({ intent, recall }) => {
      const was = old.get(intent);
      return was !== undefined && recall < was - 0.005 ? [{ topic: intent, before: was, after: recall }] : [];
    })
    .toSorted((a, b) => a.after - a.before - (b.after - b.before));
}

/** Topics that the bot finds worst, of those that it was asked often enough. */
export function weakest(report: Report | undefined, most = 5) {
  return (report?.evaluation?.intents ?? [])
    .filter(({ recall, precision }) => Math.min(recall, precision) < 0.8)
    .toSorted((a, b) => Math.min(a.recall, a.precision) - Math.min(b.recall, b.precision))
    .slice(0, most);
}

/** The test conversations that passed with one version and fail with another. */
export function broken(before: VersionPage | null, after: VersionPage | null): ReadonlySet<string> {
  const passed = new Set(before?.results?.stories?.filter((one) => one.passed).map((one) => one.name));
  return new Set(
    after?.results?.stories?.filter((one) => !one.passed && passed.has(one.name)).map((one) => one.name),
  );
}
