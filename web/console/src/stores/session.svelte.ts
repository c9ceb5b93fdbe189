import type { Me } from "../api/session.ts";

/** Who sits at this console. */
class Session {
  phase = $state<"asking" | "signed_out" | "signed_in">("asking");
  me = $state.raw<Me | null>(null);
  business = $state("");
  /** Signing in needs a code, too; whoever has one goes on by this. */
  factor = $state.raw<{ readonly enter: (code: string) => Promise<void> } | null>(null);
  readonly account = $derived(this.me?.account.id ?? "");
  /** They want to sign out and have something open: what becomes of it is asked first. */
  leaves = $state(false);
  /** Why signing in failed, for the page to say. */
  problem = $state("");

  readonly role = $derived(this.me?.businesses.find(({ id }) => id === this.business)?.role ?? "");
}

export const session = new Session();
