import type { Presence } from "./presence.ts";
import { request } from "./http.ts";
import { at } from "./setup.ts";

/** One's own figures of a day of the business. Medians are in seconds; `null` where there was none. */
export interface OwnDay {
  readonly day: string;
  readonly since: number;
  readonly until: number;
  readonly taken: number;
  readonly resolved: number;
  readonly first_response: number | null;
  readonly handle_time: number | null;
  readonly ratings: number;
  readonly score: number | null;
  readonly missed: number;
  readonly times: readonly { readonly state: Presence; readonly reason: string; readonly seconds: number }[];
}

export const ownDay = (business: string) => request<OwnDay>("GET", at(business, "me/day"));
