import { call } from "../stores/call.svelte.ts";
import { doIt, leaveCall } from "./calling.ts";

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

/** The customer is the colleague's from now on, with the private `note`. Whether that could be. */
export const completeConsult = (note = "") => doIt("complete_consult", { note });

export const confer = () => doIt("confer");
