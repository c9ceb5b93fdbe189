import type { MacroAction } from "../../../api/setup.ts";

/** What a new step is before anything was chosen for it. */
export const BLANK: Readonly<Record<MacroAction["type"], MacroAction>> = {
  say: { type: "say", texts: {} },
  label: { type: "label", add: [], remove: [] },
  fact: { type: "fact", name: "", value: "" },
  note: { type: "note", text: "" },
  transfer: { type: "transfer", team: "" },
  snooze: { type: "snooze", minutes: 60 },
  resolve: { type: "resolve", code: "" },
  return_to_bot: { type: "return_to_bot" },
};
export const KINDS = Object.keys(BLANK) as readonly MacroAction["type"][];
export const MOST = 10;

/** With one moved by `by` places; where there is none, as it was. */
export function moved<T>(all: readonly T[], index: number, by: 1 | -1): readonly T[] {
  const to = index + by;
  if (to < 0 || to >= all.length) return all;
  const next = [...all];
  [next[index], next[to]] = [next[to]!, next[index]!];
  return next;
}
