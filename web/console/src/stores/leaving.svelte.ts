import type { Line } from "../view/leaving.ts";

/** What whoever signs out decides about what is theirs. */
class Leaving {
  lines = $state.raw<readonly Line[]>([]);
  /** How many sleep until their time, and stay as they are. */
  resting = $state(0);
  busy = $state(false);
  /** A sentence about all of it. */
  problem = $state("");
  /** What is theirs could be read. */
  known = $state(false);
}

export const leaving = new Leaving();
