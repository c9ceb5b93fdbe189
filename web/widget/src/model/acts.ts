import type { ActFrame, Letter, WidgetAct } from "@switchboard/protocol";
import type { Said } from "./timeline.ts";

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
