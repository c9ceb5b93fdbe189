import type { Entry, Row, View } from "@switchboard/protocol";
import { request } from "./http.ts";

export interface EntryPage {
  readonly entries: readonly Entry[];
  /** Complete from here on. */
  readonly since: number;
  /** The `before` of the page before; null at the log's begin. */
  readonly previous: number | null;
}

/** The last `limit` entries before `before`, oldest first. */
export const entriesBefore = (business: string, conversation: string, before: number, limit: number) =>
  request<EntryPage>(
    "GET",
    `/api/v1/businesses/${business}/conversations/${conversation}/entries?before=${before}&limit=${limit}`,
  );

/** A command to a conversation of whichever business; with an `id` in its body it is done once. */
export const command = (business: string, conversation: string, verb: string, body: object = {}) =>
  request<{ readonly seq: number }>(
    "POST",
    `/api/v1/businesses/${business}/conversations/${conversation}/${verb}`,
    body,
  );

/** The first rows of a view. */
export const readRows = (business: string, view: View) =>
  request<{ readonly rows: readonly Row[] }>(
    "GET",
    `/api/v1/businesses/${business}/conversations?view=${view}&limit=100`,
  ).then(({ rows }) => rows);
