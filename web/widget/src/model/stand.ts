import { plain, type Entry, type Log, type Person, type Status } from "@switchboard/protocol";

/** What the customer's side keeps of a conversation's state: as the whole one has it, which would cost every visitor. */
export interface Stand {
  readonly seq: number;
  readonly status: Status;
  readonly owner: Person | null;
  /** While queued. */
  readonly waiting_since: number | null;
  readonly details: Readonly<Record<string, string>>;
}
export type OwnLog = Log<Stand>;

export const BEGIN: Stand = { seq: 0, status: "pending", owner: null, waiting_since: null, details: {} };

/** How it stands after an entry. */
export function step(state: Stand, { seq, at, event: told }: Entry): Stand {
  const event = plain(told);
  const moved = (status: Status, owner: Person | null = null): Stand => ({
    ...state,
    seq,
    status,
    owner,
    waiting_since: status === "queued" ? at : null,
  });
  switch (event.type) {
    case "handoff_requested":
    case "owner_lost":
      return moved("queued");
    case "handoff_cancelled":
    case "returned_to_bot":
      return moved("pending");
    case "taken":
      return moved("open", event.operator);
    case "transferred":
      return event.to ? { ...state, seq } : moved("queued");
    case "callback_promised":
      return moved("snoozed", event.owner ?? null);
    case "resolved":
      return moved("resolved");
    case "reopened":
      return event.to === "owner"
        ? moved("open", event.owner)
        : moved(event.to === "queue" ? "queued" : "pending");
    case "details_left":
      return { ...state, seq, details: { ...state.details, [event.kind]: event.value } };
    default:
      return { ...state, seq };
  }
}
