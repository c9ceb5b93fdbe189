import type { Filter, Row, View } from "@switchboard/protocol";

/** What the reader looks at: a view, what of it, and who they are. */
export interface Look {
  readonly view: View;
  readonly filter: Filter;
  readonly operator: string;
}

/** Whether a row is to be seen. */
export function belongs(row: Row, { view, filter, operator }: Look): boolean {
  return stands(row, view, operator) && passes(row, filter);
}

function passes(row: Row, { label, team, owner, channel }: Filter): boolean {
  return (
    (!label || row.labels.includes(label)) &&
    (!team || row.team === team) &&
    (!owner || row.owner?.id === owner) &&
    (!channel || row.channel === channel)
  );
}

/** Two filters let the same pass. */
export function sameFilter(one: Filter, other: Filter): boolean {
  return (["label", "team", "owner", "channel"] as const).every(
    (name) => (one[name] ?? "") === (other[name] ?? ""),
  );
}

function stands(row: Row, view: View, me: string): boolean {
  switch (view) {
    case "mine":
      return row.owner?.id === me && row.status !== "resolved";
    case "unassigned":
      return row.status === "queued";
    case "all":
      return row.status !== "resolved";
    case "resolved":
      return row.status === "resolved";
    case "callbacks":
      return Boolean(row.callback);
  }
}

/** The rows of a view after some changed; an older head than the one held is a late echo. */
export function merge(rows: readonly Row[], changed: readonly Row[], look: Look): readonly Row[] {
  const byId = new Map(rows.map((row) => [row.conversation, row]));
  for (const row of changed) {
    const held = byId.get(row.conversation);
    if (held && held.seq > row.seq) continue;
    if (belongs(row, look)) byId.set(row.conversation, row);
    else byId.delete(row.conversation);
  }
  return [...byId.values()];
}

/** Who waits comes first, the longest on top; then the latest. Callbacks come as they are due. */
export function order(rows: readonly Row[], view: View = "all"): readonly Row[] {
  return [...rows].sort((a, b) => {
    if (view === "callbacks" && a.callback && b.callback) return a.callback.due_at - b.callback.due_at;
    if (a.waiting_since !== null && b.waiting_since !== null) return a.waiting_since - b.waiting_since;
    if (a.waiting_since !== null) return -1;
    if (b.waiting_since !== null) return 1;
    return b.updated_at - a.updated_at;
  });
}

/** As `order`, but what was already shown keeps its place, and what is new comes last. */
export function hold(rows: readonly Row[], shown: readonly string[], view: View = "all"): readonly Row[] {
  const place = new Map(shown.map((id, index) => [id, index]));
  return [...order(rows, view)].sort(
    (a, b) => (place.get(a.conversation) ?? shown.length) - (place.get(b.conversation) ?? shown.length),
  );
}

/** The neighbour of `current`, `step` rows on; from nowhere the first or the last. */
export function neighbour(rows: readonly Row[], current: string, step: 1 | -1): string | null {
  if (rows.length === 0) return null;
  const index = rows.findIndex((row) => row.conversation === current);
  const next = index < 0 ? (step > 0 ? 0 : rows.length - 1) : index + step;
  return rows[next]?.conversation ?? null;
}
