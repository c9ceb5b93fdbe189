import type { Say } from "../../i18n/index.ts";
import { call } from "../../stores/call.svelte.ts";

/** How one's own call stands, in a few words. */
export function standing(say: Say): string {
  if (call.state === "off") return "";
  if (call.state !== "on") return say(`call.state.${call.state}`);
  if (call.consulting?.colleague) return say("consult.state");
  return say(call.held ? "call.held" : call.muted ? "call.muted" : "call.state.on");
}
