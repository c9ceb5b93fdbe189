import { call } from "../stores/call.svelte.ts";
import { doIt, enter, leaveCall } from "./calling.ts";

/** The customer waits with music; the colleague, or the team, is rung. Whether that could be. */
export async function ask(
  whom: { colleague: string } | { team: string },
  floor_seq: number,
): Promise<boolean> {
  return doIt("consult", { ...whom, floor_seq });
}

/** The owner takes the customer back; whoever was asked leaves. */
export async function endConsult(): Promise<void> {
  const asked = call.part === "asked";
  if ((await doIt("end_consult")) && asked) leaveCall();
}

export const completeConsult = () => doIt("complete_consult");

export const confer = () => doIt("confer");

/** Somebody comes to whoever asks them: this tab goes into the call once the log says so, though it may have left it before. */
export function expectCall(leg: string): void {
  enter(leg);
}
