import type { ActFrame, DetailKind, Letter, WidgetAct } from "@switchboard/protocol";
import type { OwnLog } from "./stand.ts";
import type { Said } from "./timeline.ts";

/** The notice in whose place the form stands. */
export const RATING = "rating";

/** What a customer does beside writing, as it waits to be sent. */
export type Act = WidgetAct;
/** Whatever waits to be sent. A release before this one wrote messages without a `type`. */
export type Out = ({ readonly type?: "message" } & Said) | Act;

export function isAct(letter: Letter<Out>): letter is Letter<Act> {
  return letter.body.type !== undefined && letter.body.type !== "message";
}

export function isMessage(letter: Letter<Out>): letter is Letter<Said> {
  return !isAct(letter);
}

export function frameOf({ id, body }: Letter<Act>): ActFrame {
  return { ...body, id };
}

/** What the customer did, as the log has it and as it is on its way. */
export interface Done {
  readonly rating: { readonly score: number; readonly comment: string } | null;
  /** A rating was asked for. */
  readonly rates: boolean;
  /** By the bot's message: whether it helped. */
  readonly thumbs: ReadonlyMap<number, boolean>;
  /** How they want to be reached. */
  readonly details: Readonly<Partial<Record<DetailKind, string>>>;
  /** Why the last of each kind was refused. */
  readonly refused: Readonly<Partial<Record<Act["type"], string>>>;
}

export function doneIn(log: OwnLog | null, waiting: readonly Letter<Act>[]): Done {
  let rating: Done["rating"] = null;
  let rates = false;
  const thumbs = new Map<number, boolean>();
  const refused: Record<string, string> = {};
  for (const { event } of log?.entries ?? []) {
    if (event.type === "rated") rating = { score: event.score, comment: event.comment ?? "" };
    else if (event.type === "answer_rated") thumbs.set(event.seq, event.helpful);
    // Another talk, another rating.
    else if (event.type === "reopened") [rating, rates] = [null, false];
    else if (event.type === "system_notice" && event.notice === RATING) rates = true;
  }
  for (const { body, error } of waiting) {
    if (error !== null) refused[body.type] = error;
    else if (body.type === "rate") rating = body;
    else if (body.type === "rate_answer") thumbs.set(body.seq, body.helpful);
  }
  // What is no phone number the server tells: until then nothing was left.
  return { rating, rates, thumbs, details: log?.state.details ?? {}, refused };
}
