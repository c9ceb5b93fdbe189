import type { Conversation, Leg, Person, Row } from "@switchboard/protocol";

/** A colleague is asked about a caller, who is on hold. `asked`: whom it rings; `colleague`: who came. */
export interface Consulting {
  readonly by: Person;
  readonly asked: readonly Person[];
  readonly colleague: Person | null;
}
/** What somebody is to a call: its conversation is theirs, they are asked about the caller, or they joined the owner. */
export type Part = "owner" | "asked" | "joined" | null;

export function partIn(state: Conversation, leg: Leg | undefined, me: string): Part {
  if (state.status !== "open") return null;
  if (state.owner?.id === me) return "owner";
  if (leg?.consult?.colleague?.id === me) return "asked";
  const joined = state.participants.some(({ operator, role }) => operator.id === me && role !== "coach");
  return joined ? "joined" : null;
}

/** As `partIn`, of a row; who is asked isn't told from who joined by what stands in it beside the consultation. */
export function partByRow({ status, owner, joined, consult }: Row, me: string): Part {
  if (status !== "open") return null;
  if (owner?.id === me) return "owner";
  if (consult?.colleague === me) return "asked";
  return joined?.includes(me) ? "joined" : null;
}

export function consultingOf({ consult }: Leg): Consulting | null {
  return consult && { by: consult.by, asked: consult.asked, colleague: consult.colleague };
}

/** As `consultingOf`, of a row, which has accounts alone. */
export function consultingByRow({ consult }: Row, nameOf: (account: string) => string): Consulting | null {
  if (!consult) return null;
  const person = (id: string) => ({ id, name: nameOf(id) });
  return {
    by: consult.by,
    asked: consult.asked.map(person),
    colleague: consult.colleague ? person(consult.colleague) : null,
  };
}

/** Whether a row asks somebody to come and talk about a caller. */
export function asksAbout(row: Row, me: string): string {
  return row.consult?.asked.includes(me) ? row.consult.leg : "";
}
