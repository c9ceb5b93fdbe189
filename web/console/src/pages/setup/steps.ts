import { usable } from "@switchboard/protocol";

export const STEPS = ["begin", "inbox", "bot", "people", "try"] as const;
export type Step = (typeof STEPS)[number];

const store = usable(() => localStorage);
const key = (business: string) => `switchboard:first-run:${business}`;

/** Where the first run of a business was left. A business without an inbox has come no further than that. */
export function resume(business: string, hasInbox: boolean): Step {
  if (!hasInbox) return "inbox";
  const kept = store.getItem(key(business));
  return STEPS.find((step) => step === kept && step !== "begin") ?? "bot";
}

export function remember(business: string, step: Step): void {
  store.setItem(key(business), step);
}

export function forget(business: string): void {
  store.removeItem(key(business));
}
