import type { Filter, Row, RowsFrame, View } from "@switchboard/protocol";
import { desk } from "../stores/desk.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { belongs, hold, merge, order, sameFilter } from "../view/rows.ts";
import { send } from "./line.ts";

const FIRST_PAGE = 100;
const PAGE = 500;

let places: readonly string[] = [];
/** Where the next page begins; null at the end of the view. */
let next: string | null = null;
/** The page that was asked for and has not come. */
let asked: string | null = null;
/** After a loss of the line the pages come anew behind the rows that are shown, until there are as many. */
let renewed: readonly Row[] | null = null;

export function showView(view: View, filter: Filter = {}): void {
  if (desk.view === view && sameFilter(desk.filter, filter)) return;
  desk.view = view;
  desk.filter = filter;
  // What is known of the view already stands until the server tells all of it.
  renewed = null;
  setRows(desk.rows.filter((row) => belongs(row, desk)));
  desk.loaded = desk.rows.length > 0;
  ask("");
}

/** After every welcome: what is shown stays until all of it has come anew. */
export function renewRows(): void {
  renewed = desk.rows.length > FIRST_PAGE ? [] : null;
  ask("");
}

/** The reader comes near the end of what is here. */
export function moreRows(): void {
  if (next !== null && asked === null && renewed === null) ask(next);
}

/** While the pointer rests on the list its rows keep their places. */
export function holdRows(held: boolean): void {
  desk.held = held;
  if (!held) setRows(desk.rows);
}

export function clearRows(): void {
  desk.loaded = false;
  renewed = null;
  setRows([]);
}

export function hearRows(frame: RowsFrame): void {
  if (frame.view !== desk.view || !sameFilter(frame.filter, desk.filter) || frame.before !== asked) return;
  asked = null;
  next = frame.next;
  desk.counts = frame.counts;
  if (renewed !== null) {
    renewed = merge(renewed, frame.rows, desk);
    if (next !== null && renewed.length < desk.rows.length) return ask(next);
  }
  desk.complete = next === null;
  desk.loaded = true;
  if (renewed !== null) setRows(renewed);
  else if (frame.before === "") setRows(frame.rows);
  else setRows(merge(desk.rows, frame.rows, desk));
  renewed = null;
}

export function hearChanges(rows: readonly Row[]): void {
  const open = rows.find((row) => row.conversation === thread.conversation);
  if (open) thread.row = open;
  if (rows.length === 0) return;
  if (renewed !== null) renewed = merge(renewed, rows, desk);
  setRows(merge(desk.rows, rows, desk));
}

/** The server was asked too fast. */
export function askAgain(): void {
  if (asked !== null) ask(asked);
}

function ask(before: string): void {
  asked = send({
    type: "list",
    view: desk.view,
    filter: desk.filter,
    before,
    limit: before ? PAGE : FIRST_PAGE,
  })
    ? before
    : null;
}

function setRows(rows: readonly Row[]): void {
  desk.rows = desk.held ? hold(rows, places, desk.view) : order(rows, desk.view);
  places = desk.rows.map((row) => row.conversation);
  const open = rows.find((row) => row.conversation === thread.conversation);
  if (open) thread.row = open;
}
