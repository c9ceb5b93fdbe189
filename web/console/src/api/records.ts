import { request } from "./http.ts";
import { at } from "./setup.ts";

/** What was written into a form; `form` is its id, `name` as it was called then. */
export interface FormRecord {
  readonly id: string;
  readonly number: string;
  readonly form: string;
  readonly name: string;
  readonly purpose: string;
  readonly status: string;
  readonly conversation: string;
  readonly contact: { readonly id: string; readonly name: string };
  readonly values: readonly {
    readonly name: string;
    readonly label: string;
    readonly kind: string;
    readonly value: string;
  }[];
  readonly created_at: number;
  readonly by: string;
}
export interface RecordHistory {
  readonly record: FormRecord;
  readonly changes: readonly {
    readonly at: number;
    readonly before: string;
    readonly status: string;
    readonly by: string;
  }[];
}
export interface Wanted {
  readonly from?: number;
  readonly to?: number;
  readonly form?: string;
  readonly status?: string;
  readonly contact?: string;
  readonly conversation?: string;
  /** Words. */
  readonly q?: string;
}
export interface Page {
  readonly records: readonly FormRecord[];
  readonly next: string | null;
}

const query = (wanted: Wanted) =>
  new URLSearchParams(
    Object.entries(wanted).flatMap(([name, value]) => (value ? [[name, String(value)]] : [])),
  );

export function readRecords(business: string, wanted: Wanted, before = ""): Promise<Page> {
  const asked = query(wanted);
  if (before) asked.set("before", before);
  return request("GET", at(business, `records?${asked}`));
}

export const readRecord = (business: string, record: string): Promise<RecordHistory> =>
  request("GET", at(business, `records/${encodeURIComponent(record)}`));

export const setStatus = (
  business: string,
  { id, status: before }: FormRecord,
  status: string,
): Promise<RecordHistory> =>
  request("POST", at(business, `records/${encodeURIComponent(id)}/status`), { before, status });

export const tableOf = (business: string, wanted: Wanted) => at(business, `records.csv?${query(wanted)}`);

export interface Filled {
  readonly id: string;
  readonly form: string;
  readonly version: number;
  readonly answers: Readonly<Record<string, string>>;
  readonly tell: boolean;
  readonly floor_seq: number;
}

export const submitForm = (
  business: string,
  conversation: string,
  filled: Filled,
): Promise<{ seq: number }> =>
  request("POST", at(business, `conversations/${encodeURIComponent(conversation)}/submit_form`), filled);
