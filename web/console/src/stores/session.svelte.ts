import type { Me } from "../api/session.ts";

/** Who sits at this console. */
class Session {
  phase = $state<"asking" | "signed_out" | "signed_in">("asking");
  me = $state.raw<Me | null>(null);
  business = $state("");
  readonly account = $derived(this.me?.account.id ?? "");
  /** Why signing in failed, for the page to say. */
  problem = $state("");
}

export const session = new Session();
