import type { ElsewhereFrame, Row } from "@switchboard/protocol";
import { alerts } from "../stores/alerts.svelte.ts";
import { desk } from "../stores/desk.svelte.ts";
import { sendBeside } from "./acting.ts";
import { asksAbout } from "../view/calls.ts";
import { callFor } from "./alerting.ts";
import { expectCallIn } from "./calling.ts";
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

/** By which verb an invitation is answered: to join the talk, or to talk about a caller. */
export function answerTo(row: Row, yes: boolean): readonly [verb: Answer, body: { leg?: string }] {
  const leg = asksAbout(row, desk.operator);
  if (leg) return [yes ? "accept_consult" : "decline_consult", { leg }];
  return [yes ? "join" : "decline_invitation", {}];
}
type Answer = "join" | "decline_invitation" | "accept_consult" | "decline_consult";

export function joinInvited(row: Row, leave: (then: () => void) => void): void {
  const [verb, body] = answerTo(row, true);
  if (body.leg) expectCallIn(row.conversation, body.leg);
  if (sendBeside(verb, row.conversation, body)) leave(() => goTo("", row.conversation));
}

export function declineInvited(row: Row): void {
  const [verb, body] = answerTo(row, false);
  sendBeside(verb, row.conversation, body);
}
