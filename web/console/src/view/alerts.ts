import type { Row } from "@switchboard/protocol";

/** Who calls for this operator, and since when: the same call is told once, and again until it is answered. */
export interface Call {
  readonly conversation: string;
  readonly since: number;
  readonly row: Row;
}
export type Here = "online" | "busy" | "away" | "offline";

/**
 * What a row calls for: what is offered to me, whoever waits to be picked from the queue, and a customer who waits for an
 * answer of mine. Someone busy is called by their own and by what is offered, someone away by nobody. What routing gives
 * out calls nobody before it is offered. `picked`: people take it from the queue themselves.
 */
export function callOf(row: Row, me: string, here: Here, picked: boolean): Call | null {
  const { conversation, offer } = row;
  if (row.waiting_since === null || here === "away") return null;
  if (row.status === "queued" && offer) {
    // Another offer of the same conversation is another call.
    return offer.operator.id === me ? { conversation, since: offer.expires_at, row } : null;
  }
  const mine = row.owner?.id === me && row.unread;
  const anyones = row.status === "queued" && here !== "busy" && picked;
  return mine || anyones ? { conversation, since: row.waiting_since, row } : null;
}

/** What is offered to me, the one that ends first on top. */
export function offersIn(calls: Iterable<Call>, me: string): readonly Call[] {
  const mine = [...calls].filter(({ row }) => row.status === "queued" && row.offer?.operator.id === me);
  return mine.sort((one, other) => one.since - other.since);
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
