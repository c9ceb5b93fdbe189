import type { Status } from "@switchboard/protocol";
import { request } from "./http.ts";
import { at } from "./setup.ts";

export const ENDINGS = ["open", "answered", "called_back", "declined", "lost"] as const;
export type Ending = (typeof ENDINGS)[number];

/** A request of the ledger; instants in microseconds, `waited` in seconds. `ending` is "" while it is open. */
export interface LedgerLine {
  readonly conversation: string;
  readonly opened_seq: number;
  readonly opened_at: number;
  readonly contact: { readonly id: string; readonly name: string };
  readonly channel: string;
  readonly team: string;
  readonly operator: { readonly id: string; readonly name: string } | null;
  readonly status: Status;
  readonly ending: Exclude<Ending, "open"> | "";
  readonly reason: string;
  readonly code: string;
  readonly ended_at: number | null;
  readonly handed: boolean;
  readonly waited: number | null;
  readonly score: number;
  readonly callback_at: number | null;
}
export interface Wanted {
  readonly from: number;
  readonly to: number;
  readonly ending: Ending | "";
  readonly channel: string;
  readonly team: string;
  readonly operator: string;
  readonly people: boolean;
}
export interface Page {
  readonly lines: readonly LedgerLine[];
  readonly next: string | null;
}
export interface Endings {
  readonly total: number;
  readonly open: number;
  readonly counts: readonly { readonly ending: string; readonly reason: string; readonly count: number }[];
}

const query = (wanted: Wanted) =>
  new URLSearchParams(
    Object.entries(wanted).flatMap(([name, value]) =>
      value === "" || value === false ? [] : [[name, String(value)]],
    ),
  );

export function readRequests(business: string, wanted: Wanted, before = ""): Promise<Page> {
  const asked = query(wanted);
  if (before) asked.set("before", before);
  return request("GET", at(business, `requests?${asked}`));
}

export const readEndings = (business: string, from: number, to: number): Promise<Endings> =>
  request("GET", at(business, `requests/endings?from=${from}&to=${to}`));

export const tableOf = (business: string, wanted: Wanted) => at(business, `requests.csv?${query(wanted)}`);
