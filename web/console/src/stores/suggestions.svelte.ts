import type { Suggestion } from "../api/knowledge.ts";

/** What the open conversation could be answered with. */
class Suggestions {
  /** What they answer; another key has others. */
  key = $state("");
  /** Nothing is known of them yet. */
  waiting = $state(false);
  items = $state.raw<readonly Suggestion[]>([]);
}

export const suggestions = new Suggestions();
