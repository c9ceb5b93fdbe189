import { request } from "./http.ts";
import { at } from "./setup.ts";

/** A day's figures; `at`: its begin in microseconds. `minutes`: a request's length, on average. `score`: 1 to 5. */
export interface DayFigures {
  readonly at: number;
  readonly requests: number;
  readonly open: number;
  readonly contained: number;
  readonly handed_over: number;
  readonly lost: number;
  readonly minutes: number | null;
  readonly ratings: number;
  readonly score: number | null;
}

export const report = async (business: string, from: number, to: number) =>
  (await request<{ days: readonly DayFigures[] }>("GET", at(business, `reports?from=${from}&to=${to}`))).days;
