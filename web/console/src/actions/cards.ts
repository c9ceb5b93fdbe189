import { readCard, type ContextCard } from "../api/cards.ts";
import { openCard } from "../stores/card.svelte.ts";
import { session } from "../stores/session.svelte.ts";

/** Milliseconds for which moves of the log are gathered before the card is read anew. */
const PAUSE = 300;
const REMEMBERED = 30;

const known = new Map<string, ContextCard>();
let timer: ReturnType<typeof setTimeout> | undefined;
/** What was asked for last; an answer to anything before it is old. */
let asked = 0;
let wanted = "";
/** How often contacts had changed when the card was last read. */
let heard = 0;
let pointed = false;
let waiting: ContextCard | null = null;

/**
 * Reads the card of a conversation, whose log has come to `moved` and whose business has told `contacts` times of its
 * contacts. What is shown stays until the new one is there; a card that knows of the move isn't read again.
 */
export function followCard(conversation: string, moved: number, contacts: number): void {
  const opened = openCard.conversation !== conversation;
  if (!opened && wanted === `${conversation} ${moved} ${contacts}`) return;
  wanted = `${conversation} ${moved} ${contacts}`;
  clearTimeout(timer);
  if (opened) {
    waiting = null;
    openCard.conversation = conversation;
    openCard.shown = known.get(conversation) ?? null;
    openCard.failed = false;
  }
  if (!conversation) return;
  if (opened) void read(conversation, contacts);
  else timer = setTimeout(() => catchUp(conversation, moved, contacts), PAUSE);
}

/** Whoever asks for it, or has just changed who it is, wants it at once. */
export function readCardAgain(): void {
  openCard.failed = false;
  void read(openCard.conversation, heard, true);
}

/** Somebody points into the card: nothing of it moves until they are gone. */
export function pointAtCard(on: boolean): void {
  pointed = on;
  if (!on && waiting) show(waiting);
}

/** The account or the business is another one. */
export function forgetCards(): void {
  known.clear();
  followCard("", 0, heard);
}

function catchUp(conversation: string, moved: number, contacts: number): void {
  const knows = known.get(conversation)?.seq ?? 0;
  if (knows < moved || heard !== contacts) void read(conversation, contacts);
}

async function read(conversation: string, contacts: number, wished = false): Promise<void> {
  const mine = ++asked;
  heard = contacts;
  const card = await readCard(session.business, conversation).catch(() => null);
  if (mine !== asked || openCard.conversation !== conversation) return;
  openCard.failed = !card && !openCard.shown;
  if (card) show(card, wished);
}

function show(card: ContextCard, wished = false): void {
  known.delete(card.conversation);
  known.set(card.conversation, card);
  if (known.size > REMEMBERED) known.delete(known.keys().next().value ?? "");
  if (card.conversation !== openCard.conversation) return;
  waiting = pointed && openCard.shown && !wished ? card : null;
  if (!waiting) openCard.shown = card;
}
