import type { AnyEvent, Conversation, Entry, Evidence, Page, Score } from "@switchboard/protocol";
import { known, type Say } from "../i18n/index.ts";
import { moment } from "./times.ts";

/** A line of evidence with its words, which often are those of the event that it points at. */
export interface Clue {
  readonly seq: number;
  readonly kind: Evidence["kind"];
  readonly text: string;
}

/** What the operator sees first. */
export interface Card {
  readonly why: string;
  readonly evidence: readonly Clue[];
  readonly page: Page | null;
  readonly facts: readonly (readonly [string, string])[];
  readonly intents: readonly Score[];
}

export function card(state: Conversation, entries: readonly Entry[], say: Say, locale: string): Card {
  const handoff = last(entries, "handoff_requested");
  const turn = last(entries, "bot_turn");
  return {
    why: why(state, say, locale),
    evidence:
      state.status === "queued" || state.status === "open"
        ? clues(handoff?.evidence ?? [], entries, say)
        : [],
    page: pageOf(entries),
    facts: Object.entries(state.facts),
    intents: turn?.intents ?? [],
  };
}

function why(state: Conversation, say: Say, locale: string): string {
  const reason = state.reason ? say(known(`reason.${state.reason}`, "reason.bot_decided")) : "";
  const name = state.owner?.name ?? "";
  switch (state.status) {
    case "pending":
      return say("context.why.pending");
    case "queued":
      return say("context.why.queued", { reason: reason || say("reason.customer_asked") });
    case "open":
      return reason ? say("context.why.open", { name, reason }) : say("context.why.open_plain", { name });
    case "wrap_up":
      return say("context.why.wrap_up", { name });
    case "snoozed":
      return say("context.why.snoozed", { time: moment(state.snoozed_until ?? 0, locale) });
    case "resolved":
      return say("context.why.resolved");
  }
}

function clues(evidence: readonly Evidence[], entries: readonly Entry[], say: Say): readonly Clue[] {
  return evidence.map(({ seq, kind, text }) => {
    const event = entries.find((entry) => entry.seq === seq)?.event;
    const words = event && "text" in event ? event.text : "";
    return { seq, kind, text: text || words || say("evidence.event", { seq }) };
  });
}

function last<T extends AnyEvent["type"]>(
  entries: readonly Entry[],
  type: T,
): Extract<AnyEvent, { type: T }> | null {
  const entry = entries.findLast(({ event }) => event.type === type);
  return (entry?.event as Extract<AnyEvent, { type: T }> | undefined) ?? null;
}

/** The page of the customer's latest words that came with one. */
function pageOf(entries: readonly Entry[]): Page | null {
  for (const { event } of entries.toReversed()) {
    if ((event.type === "customer_message" || event.type === "conversation_started") && event.page?.url) {
      return event.page;
    }
  }
  return null;
}
