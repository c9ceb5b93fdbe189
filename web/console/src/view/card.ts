import {
  ASK_FOR_PERSON,
  wordsOf,
  type AnyEvent,
  type Conversation,
  type Entry,
  type Evidence,
  type Page,
  type Score,
} from "@switchboard/protocol";
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

const EARLIER = 2;

export interface Reader {
  readonly me: string;
  readonly say: Say;
  readonly locale: string;
}

export function card(state: Conversation, entries: readonly Entry[], reader: Reader): Card {
  const turn = last(entries, "bot_turn");
  return {
    why: why(state, reader),
    evidence: state.status === "queued" || state.status === "open" ? clues(entries, reader.say) : [],
    page: pageOf(entries),
    facts: Object.entries(state.facts),
    intents: turn?.intents ?? [],
  };
}

function why(state: Conversation, { me, say, locale }: Reader): string {
  const reason = state.reason ? say(known(`reason.${state.reason}`, "reason.bot_decided")) : "";
  const name = state.owner?.name ?? "";
  switch (state.status) {
    case "pending":
      return say("context.why.pending");
    case "queued":
      return say("context.why.queued", { reason: reason || say("reason.customer_asked") });
    case "open":
      if (state.owner?.id === me)
        return reason ? say("context.why.mine", { reason }) : say("context.why.mine_plain");
      return reason ? say("context.why.open", { name, reason }) : say("context.why.open_plain", { name });
    case "wrap_up":
      return say("context.why.wrap_up", { name });
    case "snoozed":
      return say("context.why.snoozed", { time: moment(state.snoozed_until ?? 0, locale) });
    case "resolved":
      return say("context.why.resolved");
  }
}

/** What the handoff points at, after what the customer had asked before it. */
function clues(entries: readonly Entry[], say: Say): readonly Clue[] {
  const at = entries.findLastIndex(({ event }) => event.type === "handoff_requested");
  const event = entries[at]?.event;
  if (event?.type !== "handoff_requested") return [];
  const asked = entries.slice(0, at).filter(asks).slice(-EARLIER);
  const shown = new Set(asked.map(({ seq }) => seq));
  const pointed = (event.evidence ?? []).filter(({ seq, kind }) => kind !== "input" || !shown.has(seq));
  const inputs = asked.map(({ seq }): Evidence => ({ seq, kind: "input" }));
  return [...inputs, ...pointed.filter((one) => !isCall(one, entries))].map(({ seq, kind, text }) => ({
    seq,
    kind,
    text: text || wordsAt(seq, entries) || say("evidence.event", { seq }),
  }));
}

function asks({ event }: Entry): boolean {
  return event.type === "customer_message" && event.choice !== ASK_FOR_PERSON;
}

/** The press of "a person, please": the card's sentence says it already. */
function isCall({ seq, kind }: Evidence, entries: readonly Entry[]): boolean {
  const event = entries.find((entry) => entry.seq === seq)?.event;
  return kind === "input" && event?.type === "customer_message" && event.choice === ASK_FOR_PERSON;
}

function wordsAt(seq: number, entries: readonly Entry[]): string {
  const event = entries.find((entry) => entry.seq === seq)?.event;
  return event ? wordsOf(event) : "";
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
