import type { Row } from "@switchboard/protocol";
import { search, type Hit } from "../api/search.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { found } from "../stores/search.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { showEvent } from "./older.ts";
import { openThread } from "./thread.ts";

/** Milliseconds of quiet after which what was typed is looked for. */
const PAUSE = 200;

let timer: ReturnType<typeof setTimeout> | undefined;
/** Answers to earlier questions come too late. */
let asked = 0;

/** Looks for what stands in the field now. */
export function lookFor(question: string): void {
  found.question = question;
  clearTimeout(timer);
  asked++;
  if (!found.isOn) return stopSearching();
  found.phase = "asking";
  timer = setTimeout(() => void ask(""), PAUSE);
}

/** The field has the focus next; the list that it stands in comes first. */
export function askForSearch(): void {
  if (matchMedia("(max-width: 699px)").matches) openThread("");
  preferences.setListOpen(true);
  found.asksForFocus = true;
}

export function stopSearching(): void {
  clearTimeout(timer);
  asked++;
  found.question = found.chosen = "";
  found.phase = "idle";
  found.contacts = found.hits = [];
  found.next = null;
}

export function moreHits(): void {
  if (found.next !== null && found.phase === "found") void ask(found.next);
}

export function askAnew(): void {
  void ask("");
}

/** Opens the conversation at what was found, however far back that is. */
export function openHit(hit: Hit): void {
  found.chosen = keyOf(hit);
  openRow(hit.row);
  if (thread.complete) void showEvent(hit.seq);
  else thread.wanted = hit.seq;
}

export function openRow(row: Row): void {
  openThread(row.conversation);
  thread.row ??= row;
}

export function keyOf({ row, seq }: Hit): string {
  return `${row.conversation} ${seq}`;
}

async function ask(before: string): Promise<void> {
  const mine = ++asked;
  found.phase = "asking";
  try {
    const page = await search(session.business, found.question.trim(), before);
    if (mine !== asked) return;
    if (!before) found.contacts = page.contacts;
    found.hits = before ? [...found.hits, ...page.hits] : page.hits;
    found.next = page.next;
    found.phase = "found";
  } catch {
    if (mine === asked) found.phase = "failed";
  }
}
