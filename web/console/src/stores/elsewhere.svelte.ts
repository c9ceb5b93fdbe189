import type { ElsewhereFrame } from "@switchboard/protocol";

/** What the operator's other businesses want of them. */
class Elsewhere {
  /** The last word of each, by its id. */
  frames = $state.raw<ReadonlyMap<string, ElsewhereFrame>>(new Map());
  /** The conversation that an answer is on its way for; "": none. */
  answering = $state("");
  /** What did not work with which conversation. */
  problem = $state.raw<{ readonly conversation: string; readonly words: string } | null>(null);

  problemOf(conversation: string): string {
    return this.problem?.conversation === conversation ? this.problem.words : "";
  }
}

export const elsewhere = new Elsewhere();
