import type { AnyEvent, Conversation, Log } from "@switchboard/protocol";
import type { Clue, ContextCard, EarlierRequest, MoodPoint } from "../api/cards.ts";
import { known, type Say } from "../i18n/index.ts";
import { moment } from "./times.ts";

export interface Reader {
  readonly me: string;
  readonly say: Say;
  readonly locale: string;
}

/** Whose it is and why, as the log has it this instant. */
export function why(state: Conversation, { me, say, locale }: Reader): string {
  const reason = state.reason ? reasonOf(state, say) : "";
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

/** What brought it to people, in the words of a sentence. */
export function reasonOf(state: Conversation, say: Say): string {
  return say(known(`reason.${state.cause || state.reason}`, "reason.bot_decided"));
}

/** What it is about, and what the bot did about it; "" where neither is known. */
export function matter({ why: { words, topic, tries } }: ContextCard, say: Say): string {
  return [words, topic && say("card.about", { topic }), tries > 0 && say("card.tries", { n: tries })]
    .filter(Boolean)
    .join(" · ");
}

export interface Line {
  readonly label: string;
  readonly text: string;
  /** What became of what the bot said. */
  readonly went: string;
}

/** A line of evidence in the reader's words. `reason`: what brought it to people, where the line itself says nothing. */
export function clueLine(clue: Clue, { say, locale }: Omit<Reader, "me">, reason: string): Line {
  const label = say(`card.${clue.kind}`);
  const told = (text: string, went = "") => ({ label, text, went });
  switch (clue.kind) {
    case "asked":
      return told(clue.text || say("card.asked.file"));
    case "understood": {
      const percent = new Intl.NumberFormat(locale, { style: "percent" });
      return told(
        clue.scores.map((one) => `${one.title || one.intent} ${percent.format(one.confidence)}`).join(" · "),
      );
    }
    case "tried":
      return told(clue.text, say(known(`card.went.${clue.went}`, "card.went.answered")));
    case "trigger":
      return told(clue.text || (clue.name ? say("card.trigger.lost", { name: clue.name }) : reason));
    case "passed":
      return told([clue.name, clue.text].filter(Boolean).join(": "));
  }
}

/** What changes nothing on the card: what people write, and what routing and deliveries note. */
const QUIET: ReadonlySet<AnyEvent["type"]> = new Set([
  "operator_message",
  "operator_edited",
  "operator_deleted",
  "note_added",
  "labelled",
  "macro_run",
  "offer_made",
  "offer_ended",
  "delivery_failed",
  "delivery_replayed",
  "file_ready",
  "file_failed",
  "colleague_invited",
  "colleague_declined",
  "participant_joined",
  "participant_left",
  "call_started",
  "call_answered",
  "call_held",
  "call_resumed",
  "call_ended",
  "prompt_heard",
  "recording_changed",
  "call_recorded",
  "consult_started",
  "consult_answered",
  "consult_declined",
  "consult_ended",
] as const);

/** The last event that changes the card. */
export function lastMove({ entries }: Log): number {
  return entries.findLast(({ event }) => !QUIET.has(event.type))?.seq ?? 0;
}

/** On what a message's mood stands, in the reader's words. */
export function signs(point: MoodPoint, say: Say): string {
  return [
    ...point.words.map((text) => say("card.quoted", { text })),
    ...point.marks.map((mark) => say(`mood.sign.${mark}`)),
  ].join(", ");
}

/** The line over the messages, in a box of `width` × `height`: glad on top, upset at the bottom. */
export function line(
  points: readonly MoodPoint[],
  width: number,
  height: number,
): readonly (readonly [number, number])[] {
  const step = width / Math.max(1, points.length - 1);
  return points.map(({ level }, at) => [
    Math.round((points.length === 1 ? width : at * step) * 10) / 10,
    Math.round(((1 - level) / 2) * height * 10) / 10,
  ]);
}

/** A referrer worth telling: another site, by its name. */
export function cameFrom(page: { readonly url: string; readonly referrer: string }): string {
  const host = (address: string) => (URL.canParse(address) ? new URL(address).hostname : "");
  const from = host(page.referrer);
  return from && from !== host(page.url) ? from : "";
}

/** How an earlier request ended, and what it was noted as. */
export function ended({ ending, reason, code }: EarlierRequest, say: Say): string {
  const end = say(known(`ending.${ending}`, "ending.answered"));
  return [reason ? `${end} (${reason})` : end, code].filter(Boolean).join(" · ");
}
