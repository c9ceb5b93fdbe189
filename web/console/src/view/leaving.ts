import type { OtherBusiness, Row } from "@switchboard/protocol";
import type { HeldAt, Taker } from "../api/held.ts";

/** What becomes of a conversation whose owner signs out: it stays theirs, is queued (or ends), or is a colleague's. */
export type Choice = "keep" | "queue" | `to:${string}`;

/** A conversation that its owner decides about. */
export interface Line {
  readonly business: OtherBusiness;
  readonly row: Row;
  readonly floor_seq: number;
  readonly colleagues: readonly Taker[];
  readonly choice: Choice;
  /** Why it could not be done; "" where nothing was tried. */
  readonly problem: string;
}

/** Nobody is left waiting unless their operator says so. */
export function usualChoice({ status, waiting_since }: Row): Choice {
  return status === "open" && waiting_since !== null ? "queue" : "keep";
}

/** A talk that is over is nobody else's to note: it stays, or ends. */
export function mayPass({ row }: Line): boolean {
  return row.status !== "wrap_up";
}

/** Whether the choice can be made: a colleague must be able to take it now. */
export function fits(line: Line, choice: Choice): boolean {
  const to = colleagueOf(choice);
  if (!to) return true;
  return mayPass(line) && line.colleagues.some(({ id, takes }) => id === to && takes);
}

export function colleagueOf(choice: Choice): string {
  return choice.startsWith("to:") ? choice.slice(3) : "";
}

/** The lines of what is held now. What was chosen stays, and what went wrong, where it still can be. */
export function linesOf(held: readonly HeldAt[], before: readonly Line[] = []): readonly Line[] {
  const known = new Map(before.map((line) => [line.row.conversation, line]));
  return held.flatMap(({ business, conversations, colleagues }) =>
    conversations.map(({ row, floor_seq }) => {
      const was = known.get(row.conversation);
      const line = {
        business,
        row,
        floor_seq,
        colleagues,
        choice: usualChoice(row),
        problem: was?.problem ?? "",
      };
      return was && fits(line, was.choice) ? { ...line, choice: was.choice } : line;
    }),
  );
}

/** One choice for all, where it can be made. */
export function choseForAll(lines: readonly Line[], choice: Choice): readonly Line[] {
  return lines.map((line) => (fits(line, choice) ? { ...line, choice, problem: "" } : line));
}

/** Who could take at least one of them, each once. */
export function takersOf(lines: readonly Line[]): readonly Taker[] {
  const found = new Map<string, Taker>();
  for (const line of lines) {
    for (const one of line.colleagues) if (fits(line, `to:${one.id}`)) found.set(one.id, one);
  }
  return [...found.values()].sort((one, other) => one.name.localeCompare(other.name));
}

/** How many stay, go back to the queue, end, and go to colleagues. */
export function tally(lines: readonly Line[]): {
  readonly kept: number;
  readonly queued: number;
  readonly ended: number;
  readonly passed: number;
} {
  const count = (test: (line: Line) => boolean) => lines.filter(test).length;
  return {
    kept: count(({ choice }) => choice === "keep"),
    queued: count((line) => line.choice === "queue" && mayPass(line)),
    ended: count((line) => line.choice === "queue" && !mayPass(line)),
    passed: count(({ choice }) => colleagueOf(choice) !== ""),
  };
}

/** What came since it was decided: whoever leaves has not seen it yet. */
export function news(lines: readonly Line[], decided: readonly Line[]): readonly Line[] {
  const known = new Set(decided.map(({ row }) => row.conversation));
  return lines.filter(({ row }) => !known.has(row.conversation));
}
