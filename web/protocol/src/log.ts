import { EMPTY, reduce, type Conversation } from "./reduce.ts";
import type { Entry } from "./types.ts";

/** The part of a conversation's log that this client holds: in order, without repeats, complete from `since` up to
 * `through`. `state` is that of the whole log, whatever of it is held. */
export interface Log<State extends { readonly seq: number } = Conversation> {
  readonly conversation: string;
  readonly entries: readonly Entry[];
  readonly since: number;
  readonly through: number;
  readonly state: State;
}

export function emptyLog(conversation: string): Log {
  return emptyLogOf(conversation, EMPTY);
}

/** An empty log of which another state than the whole one is kept. */
export function emptyLogOf<State extends { readonly seq: number }>(
  conversation: string,
  state: State,
): Log<State> {
  return { conversation, entries: [], since: 1, through: 0, state };
}

/** The end of a long log, with the state that the server says. */
export function tailOf(tail: {
  readonly conversation: string;
  readonly state: Partial<Conversation>;
  readonly since: number;
  readonly through: number;
  readonly entries: readonly Entry[];
}): Log {
  const { conversation, entries, since, through } = tail;
  return { conversation, entries, since, through, state: { ...EMPTY, ...tail.state } };
}

/** The log with what is new in `entries`; a replay that overlaps changes nothing. */
export function extend(log: Log, entries: readonly Entry[], through: number): Log {
  return extendBy(reduce, log, entries, through);
}

/** As `extend`, with the state that `step` makes of every entry. */
export function extendBy<State extends { readonly seq: number }>(
  step: (state: State, entry: Entry) => State,
  log: Log<State>,
  entries: readonly Entry[],
  through: number,
): Log<State> {
  const fresh = entries.filter((entry) => entry.seq > log.state.seq);
  if (fresh.length === 0 && through <= log.through) return log;
  return {
    ...log,
    entries: fresh.length === 0 ? log.entries : [...log.entries, ...fresh],
    through: Math.max(log.through, through, fresh.at(-1)?.seq ?? 0),
    state: fresh.reduce(step, log.state),
  };
}

/** The log with the entries before what was held, from `since` on. The state knows them already. */
export function prepend(log: Log, entries: readonly Entry[], since: number): Log {
  const older = entries.filter((entry) => entry.seq < log.since);
  return { ...log, entries: older.length === 0 ? log.entries : [...older, ...log.entries], since };
}

/** Where a replay goes on: the last entry held, named so that a restored server notices another log. */
export function position(log: Pick<Log, "entries"> | null): { last_seq: number; last_event_id: string } {
  const last = log?.entries.at(-1);
  return { last_seq: last?.seq ?? 0, last_event_id: last?.id ?? "" };
}
