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
let pointed = false;
let waiting: ContextCard | null = null;

/** Reads the card of a conversation, whose log has come to `moved`. What is shown stays until the new one is there. */
export function followCard(conversation: string, moved: number): void {
  const opened = openCard.conversation !== conversation;
  if (!opened && wanted === `${conversation} ${moved}`) return;
  wanted = `${conversation} ${moved}`;
  clearTimeout(timer);
  if (opened) {
    waiting = null;
    openCard.conversation = conversation;
    openCard.shown = known.get(conversation) ?? null;
    openCard.failed = false;
  }
  if (!conversation) return;
  if (opened) void read(conversation);
  else timer = setTimeout(() => void read(conversation), PAUSE);
}

/** Whoever asks for it, or has just changed who it is, wants it at once. */
export function readCardAgain(): void {
  openCard.failed = false;
  void read(openCard.conversation, true);
}

/** Somebody points into the card: nothing of it moves until they are gone. */
export function pointAtCard(on: boolean): void {
  pointed = on;
  if (!on && waiting) show(waiting);
}

/** The account or the business is another one. */
export function forgetCards(): void {
  known.clear();
  followCard("", 0);
}

async function read(conversation: string, wished = false): Promise<void> {
  const mine = ++asked;
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
