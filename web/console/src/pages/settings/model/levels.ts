import type { Levels } from "../../../api/setup.ts";

export const LEVELS = [1, 2, 3, 4, 5] as const;
/** Of a skill that was just chosen. */
export const USUAL_LEVEL = 3;

/** In the order of their ids, so that whoever takes a change back has changed nothing. */
export function withLevel(levels: Levels, skill: string, level: number): Levels {
  const all = Object.entries({ ...levels, [skill]: level });
  return Object.fromEntries(all.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

export function without(levels: Levels, skill: string): Levels {
  return Object.fromEntries(Object.entries(levels).filter(([one]) => one !== skill));
}
