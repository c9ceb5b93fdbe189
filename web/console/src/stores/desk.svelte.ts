import type { Counts, Filter, LineState, Row, View } from "@switchboard/protocol";

/** The list, the line and the clock: what one sees before a conversation is opened. */
class Desk {
  line = $state<LineState>("stopped");
  /** From the loss of a line until everything followed is replayed. */
  catchingUp = $state(true);
  operator = $state("");
  view = $state<View>("unassigned");
  filter = $state.raw<Filter>({});
  rows = $state.raw<readonly Row[]>([]);
  loaded = $state(false);
  /** Every row of the view is here; else only the latest. */
  complete = $state(true);
  counts = $state.raw<Counts>({ mine: 0, unassigned: 0, all: 0, callbacks: 0 });
  /** Server's time in microseconds, ticking every second. */
  now = $state(Date.now() * 1000);
  /** Bytes of a file, at most. */
  fileLimit = $state(Infinity);
  /** Server's time less ours, microseconds. */
  skew = 0;
  /** The pointer rests on the list: rows keep their places. */
  held = $state(false);
}

export const desk = new Desk();
