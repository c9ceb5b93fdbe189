import type { FoundContact, Hit } from "../api/search.ts";

/** What is looked for, and what was found of it. */
class Search {
  question = $state("");
  phase = $state<"idle" | "asking" | "found" | "failed">("idle");
  contacts = $state.raw<readonly FoundContact[]>([]);
  hits = $state.raw<readonly Hit[]>([]);
  /** Where the next page begins; null at the end. */
  next = $state<string | null>(null);
  /** The hit that is open. */
  chosen = $state("");
  /** Something asks for the field. */
  asksForFocus = $state(false);

  get isOn(): boolean {
    return this.question.trim() !== "";
  }
}

export const found = new Search();
