import type { ElsewhereFrame, OtherBusiness, Row } from "@switchboard/protocol";
import type { Say } from "../i18n/index.ts";

/** Who calls for this operator, and since when: the same call is told once, and again until it is answered. */
export interface Call {
  readonly conversation: string;
  readonly since: number;
  readonly row: Row;
  /** Of another business than the console shows. */
  readonly at?: OtherBusiness;
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

/** Whether a live call is offered by a team whose calls are accepted by themselves. What another business offers is not. */
export function answersItself({ row, at }: Call, answers: (team: string) => boolean): boolean {
  return at === undefined && row.channel === "voice" && answers(row.team);
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

/** What a business that the console does not show calls for. Of its queue it tells only what people pick themselves. */
export function callsAt({ business, rows }: ElsewhereFrame, me: string, here: Here): readonly Call[] {
  return rows.flatMap((row) => {
    const call = callOf(row, me, here, true);
    return call ? [{ ...call, at: business }] : [];
  });
}

/** As `heard`, of all that another business tells: what it told before and tells no more is over. */
export function heardAt(
  calls: ReadonlyMap<string, Call>,
  frame: ElsewhereFrame,
  me: string,
  here: Here,
): { readonly calls: ReadonlyMap<string, Call>; readonly fresh: readonly Call[] } {
  const now = callsAt(frame, me, here);
  const next = new Map([...calls].filter(([, { at }]) => at?.id !== frame.business.id));
  for (const call of now) next.set(call.conversation, call);
  return {
    calls: next,
    fresh: now.filter(({ conversation, since }) => calls.get(conversation)?.since !== since),
  };
}

/** What waits at one other business: the offers stand by themselves. */
export interface Waits {
  readonly at: OtherBusiness;
  /** Own customers, and whoever may be picked. */
  readonly waiting: number;
  readonly queued: number;
  /** Who is answered first: an own customer, else whoever waits longest. */
  readonly first: Row;
}

/** The businesses beside the open one where somebody waits for this operator, own customers first. */
export function waitsIn(frames: Iterable<ElsewhereFrame>, me: string, here: Here): readonly Waits[] {
  const found = [...frames].flatMap((frame) => {
    const rows = callsAt(frame, me, here).flatMap(({ row }) => (row.offer ? [] : [row]));
    const first = rows.find((row) => row.owner?.id === me) ?? rows[0];
    const queued = rows.some(({ status }) => status === "queued") ? frame.queued : 0;
    return first ? [{ at: frame.business, waiting: frame.waiting, queued, first }] : [];
  });
  return found.sort((one, other) => Number(other.waiting > 0) - Number(one.waiting > 0));
}

/** How many wait there: own customers, and in the queue. */
export function waitsWords({ waiting, queued }: Pick<Waits, "waiting" | "queued">, say: Say): string {
  const words = [
    ...(waiting > 0 ? [say("elsewhere.waiting", { n: waiting })] : []),
    ...(queued > 0 ? [say("elsewhere.queued", { n: queued })] : []),
  ];
  return words.join(" · ");
}

/** What stands beside a business to choose: what is offered there to this operator, and who waits; "" for nothing. */
export function busyWords({ rows, waiting, queued }: ElsewhereFrame, me: string, say: Say): string {
  const offered = rows.filter(({ offer }) => offer?.operator.id === me).length;
  const invited = rows.filter((row) => (row.invited ?? []).includes(me)).length;
  return [
    ...(offered > 0 ? [say("elsewhere.offered", { n: offered })] : []),
    ...(invited > 0 ? [say("elsewhere.invited", { n: invited })] : []),
    ...[waitsWords({ waiting, queued }, say)].filter(Boolean),
  ].join(" · ");
}
