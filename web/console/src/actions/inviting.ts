import type { ElsewhereFrame, Row } from "@switchboard/protocol";
import { alerts } from "../stores/alerts.svelte.ts";
import { desk } from "../stores/desk.svelte.ts";
import { sendBeside } from "./acting.ts";
import { callFor } from "./alerting.ts";
import { goTo } from "./session.ts";

/** Another business tells where this person is asked to join there. */
export function hearInvitesAt({ business, rows }: ElsewhereFrame): void {
  const next = new Map([...alerts.invites].filter(([, { at }]) => at?.id !== business.id));
  for (const row of rows) {
    if (!(row.invited ?? []).includes(desk.operator)) continue;
    if (!alerts.invites.has(row.conversation)) callFor(row, business);
    next.set(row.conversation, { row, at: business });
  }
  if (next.size > 0 || alerts.invites.size > 0) alerts.invites = next;
}

/** Rows changed: who is asked to join is told, until they have answered or it is over. */
export function hearInvites(rows: readonly Row[]): void {
  const next = new Map(alerts.invites);
  for (const row of rows) {
    const asked = row.status === "open" && (row.invited ?? []).includes(desk.operator);
    if (asked && !next.has(row.conversation)) callFor(row);
    if (asked) next.set(row.conversation, { row });
    else next.delete(row.conversation);
  }
  if (next.size > 0 || alerts.invites.size > 0) alerts.invites = next;
}

/** Those that stand are told with the next rows. */
export function forgetInvites(): void {
  alerts.invites = new Map();
}

export function joinInvited(conversation: string, leave: (then: () => void) => void): void {
  if (sendBeside("join", conversation)) leave(() => goTo("", conversation));
}

export function declineInvited(conversation: string): void {
  sendBeside("decline_invitation", conversation);
}
