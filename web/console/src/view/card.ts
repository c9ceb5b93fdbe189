import {
  wordsOf,
  type AnyEvent,
  type Conversation,
  type Entry,
  type Evidence,
  type Log,
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
  /** The event that it points at is needed for its words, and stands before what was loaded. */
  readonly missing: boolean;
}

/** What the operator sees first. */
export interface Card {
  readonly why: string;
  readonly evidence: readonly Clue[];
  readonly page: Page | null;
  readonly facts: readonly (readonly [string, string])[];
  /** What the bot understood last, where the evidence doesn't say it. */
  readonly intents: readonly Score[];
}

export interface Reader {
  readonly me: string;
  readonly say: Say;
  readonly locale: string;
}

export function card({ state, entries, cited }: Log, reader: Reader): Card {
  const waits = state.status === "queued" || state.status === "open";
  const evidence = waits ? clues(state.handoff_seq, entries, cited, reader.say) : [];
  const page = pageOf([...cited, ...entries]);
  const told = evidence.some(({ kind }) => kind === "intent");
  return {
    why: why(state, reader),
    // The page that the customer still writes from has a section of its own, with its address.
    evidence: evidence.filter(({ kind, text }) => kind !== "page" || text !== (page?.title || page?.url)),
    page,
    facts: Object.entries(state.facts),
    intents: told ? [] : (last(entries, "bot_turn")?.intents ?? []),
  };
}

function why(state: Conversation, { me, say, locale }: Reader): string {
  const reason = state.reason
    ? say(known(`reason.${state.cause || state.reason}`, "reason.bot_decided"))
    : "";
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

/** What the handoff points at; one that was written without evidence points at the words before it. */
function clues(
  handoff: number,
  entries: readonly Entry[],
  cited: readonly Entry[],
  say: Say,
): readonly Clue[] {
  const at = (wanted: number) => [...cited, ...entries].find(({ seq }) => seq === wanted)?.event;
  const event = at(handoff);
  if (event?.type !== "handoff_requested") return [];
  const before = entries
    .filter(({ seq }) => seq < handoff)
    .findLast(({ event: { type } }) => type === "customer_message");
  const words: readonly Evidence[] = before ? [{ seq: before.seq, kind: "input" }] : [];
  return (event.evidence?.length ? event.evidence : words).map(({ seq, kind, text }) => {
    const told = at(seq);
    return {
      seq,
      kind,
      text: text || (told && wordsOf(told)) || say("evidence.event", { seq }),
      missing: !text && !told,
    };
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
