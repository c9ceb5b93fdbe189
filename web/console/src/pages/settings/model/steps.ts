/** Steps of waiting, in seconds: each comes later than the one before it. */
export const MOST_STEPS = 5;
export const LONGEST = 86_400;
const FIRST = 30;

export function comesLater(steps: readonly number[], index: number): boolean {
  return index === 0 || steps[index]! > steps[index - 1]!;
}

/** What is proposed after these: twice the last. */
export function nextStep(steps: readonly number[]): number {
  const last = steps.at(-1);
  return last === undefined ? FIRST : Math.min(Math.max(last * 2, last + 1), LONGEST);
}
