import type { ConsoleFrame, LineState, Row, View } from "@switchboard/protocol";
import { desk } from "../stores/desk.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { belongs, hold, merge, neighbour, order } from "../view/rows.ts";
import { connect, disconnect, isConnected, send } from "./line.ts";
import { hearInThread, lineLost, openThread, rejoin } from "./thread.ts";

const LIMIT = 100;

let places: readonly string[] = [];
let refused: () => void = () => {};

/** Gets on the line of a business. `onRefused`: the server does not want us any more, or did not let us in. */
export function startDesk(business: string, onRefused: () => void): void {
  refused = onRefused;
  desk.loaded = false;
  desk.rows = [];
  connect(business, { onFrame: heard, onState: lineChanged });
}

export function hangUp(): void {
  disconnect();
  openThread("");
}

export function showView(view: View): void {
  if (desk.view === view) return;
  desk.view = view;
  // What is known of the view already stands until the server tells all of it.
  setRows(desk.rows.filter((row) => belongs(row, view, desk.operator)));
  desk.loaded = desk.rows.length > 0;
  askForRows();
}

/** While the pointer rests on the list its rows keep their places. */
export function holdRows(held: boolean): void {
  desk.held = held;
  if (!held) setRows(desk.rows);
}

export function step(by: 1 | -1): void {
  const next = neighbour(desk.rows, thread.conversation, by);
  if (next) openThread(next);
}

function askForRows(): void {
  send({ type: "list", view: desk.view, limit: LIMIT });
}

function setRows(rows: readonly Row[]): void {
  desk.rows = desk.held ? hold(rows, places) : order(rows);
  places = desk.rows.map((row) => row.conversation);
  const open = rows.find((row) => row.conversation === thread.conversation);
  if (open) thread.row = open;
}

function lineChanged(state: LineState): void {
  const was = desk.line;
  desk.line = state;
  if (state === "waiting" || state === "stopped") {
    desk.catchingUp = true;
    if (was === "online") lineLost();
    // A handshake that fails tells no reason: the session may have run out.
    if (was === "connecting") refused();
  }
  if (state === "stopped" && isConnected()) refused();
}

function heard(frame: ConsoleFrame): void {
  switch (frame.type) {
    case "welcome":
      desk.operator = frame.me.id;
      desk.skew = frame.now - Date.now() * 1000;
      askForRows();
      rejoin();
      break;
    case "rows":
      if (frame.view !== desk.view) return;
      desk.counts = frame.counts;
      desk.loaded = true;
      desk.complete = frame.complete;
      setRows(frame.rows);
      if (!thread.conversation) desk.catchingUp = false;
      break;
    case "row": {
      if (frame.counts) desk.counts = frame.counts;
      const open = frame.rows.find((row) => row.conversation === thread.conversation);
      if (open) thread.row = open;
      setRows(merge(desk.rows, frame.rows, desk.view, desk.operator));
      break;
    }
    case "ack": {
      const took = thread.acting === "take";
      hearInThread(frame);
      // What was just taken stays before the eyes.
      if (took && thread.acting === null) {
        thread.asksForFocus = true;
        if (desk.view === "unassigned") showView("mine");
      }
      break;
    }
    default:
      hearInThread(frame);
  }
}

setInterval(() => (desk.now = Date.now() * 1000 + desk.skew), 1000);
