import type { Row } from "@switchboard/protocol";

/** Who calls for this operator, and since when: the same call is told once, and again until it is answered. */
export interface Call {
  readonly conversation: string;
  readonly since: number;
  readonly row: Row;
}
export type Here = "online" | "busy" | "away" | "offline";

/**
 * What a row calls for: whoever asks for people and has nobody, and a customer who waits for an answer of mine. Someone
 * busy is called by their own alone, someone away by nobody.
 */
export function callOf(row: Row, me: string, here: Here): Call | null {
  if (row.waiting_since === null || here === "away") return null;
  const mine = row.owner?.id === me && row.unread;
  const anyones = row.status === "queued" && here !== "busy";
  return mine || anyones ? { conversation: row.conversation, since: row.waiting_since, row } : null;
}

/** The calls after some rows changed, and those among them that are new. */
export function heard(
  calls: ReadonlyMap<string, Call>,
  rows: readonly Row[],
  call: (row: Row) => Call | null,
): { readonly calls: ReadonlyMap<string, Call>; readonly fresh: readonly Call[] } {
  const next = new Map(calls);
  const fresh: Call[] = [];
  for (const row of rows) {
    const now = call(row);
    if (now === null) next.delete(row.conversation);
    else {
      if (calls.get(row.conversation)?.since !== now.since) fresh.push(now);
      next.set(row.conversation, now);
    }
  }
  return { calls: next, fresh };
}
