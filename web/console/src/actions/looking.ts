import type { SignalFrame } from "@switchboard/protocol";
import { desk } from "../stores/desk.svelte.ts";
import { thread } from "../stores/thread.svelte.ts";
import { send } from "./line.ts";

const TELL_EVERY = 15_000;
const LASTS = 40_000;

/** Until when each colleague is believed to look on. */
const until = new Map<string, number>();

/** Says that the open conversation is before this person's eyes, or no more. */
export function tellLooking(): void {
  const { conversation } = thread;
  if (conversation) send({ type: "looking", conversation, on: document.visibilityState === "visible" });
}

export function forgetLookers(): void {
  until.clear();
  thread.lookers = [];
}

export function hearLooking({ who, name, on }: SignalFrame): void {
  if (who === desk.operator) return;
  const isNew = on && !until.has(who);
  if (on) until.set(who, Date.now() + LASTS);
  else until.delete(who);
  const others = thread.lookers.filter((one) => one.id !== who);
  thread.lookers = on ? [...others, { id: who, name: name ?? "" }] : others;
  // Whoever has just come can't know who is here.
  if (isNew) tellLooking();
}

setInterval(() => {
  if (document.visibilityState === "visible") tellLooking();
  const now = Date.now();
  for (const [who, at] of until) if (at < now) until.delete(who);
  if (thread.lookers.some(({ id }) => !until.has(id))) {
    thread.lookers = thread.lookers.filter(({ id }) => until.has(id));
  }
}, TELL_EVERY);
addEventListener("visibilitychange", tellLooking);
