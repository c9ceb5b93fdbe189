import type { Consulting, Part } from "../view/calls.ts";

/** The call that this tab's operator is in. */
class CallStore {
  business = $state("");
  conversation = $state("");
  leg = $state("");
  /** Who calls. */
  name = $state("");
  /** `silent`: there is no microphone; what is typed is spoken. */
  state = $state<"off" | "connecting" | "on" | "back" | "silent">("off");
  /** When their sound came about, in milliseconds of this clock. */
  since = $state(0);
  /** What this operator is to it. */
  part = $state<Part>("owner");
  /** A colleague is asked, and the customer waits meanwhile. */
  consulting = $state.raw<Consulting | null>(null);
  muted = $state(false);
  held = $state(false);
  /** null: it isn't recorded. */
  recording = $state<"on" | "paused" | null>(null);
  /** What the customer is saying. */
  caption = $state("");
  /** Whether the browser lets this page use the microphone; "": not known yet. */
  microphone = $state<PermissionState | "">("");
  /** A sentence about what did not work. */
  problem = $state("");
  /** A device that was in use is gone. */
  deviceLost = $state(false);

  get running(): boolean {
    return this.state !== "off";
  }
}

export const call = new CallStore();
