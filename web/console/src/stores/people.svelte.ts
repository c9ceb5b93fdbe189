import type { Face } from "@switchboard/protocol";
import { session } from "./session.svelte.ts";

/** Who works here, and whether they are on the line. */
class People {
  faces = $state.raw<ReadonlyMap<string, Face>>(new Map());
  readonly mine = $derived(this.faces.get(session.account)?.state ?? "offline");

  /** Of one's own break; "" for none. */
  readonly reason = $derived(this.faces.get(session.account)?.reason ?? "");
  /** Offers went by unanswered, so they were set away. */
  readonly missed = $derived(this.mine === "away" && this.reason === "missed");

  /** Why somebody is away, in their own words; "" where they gave none. */
  reasonOf(account: string): string {
    const reason = this.faces.get(account)?.reason ?? "";
    return reason === "missed" ? "" : reason;
  }

  stateOf(account: string): Face["state"] {
    return this.faces.get(account)?.state ?? "offline";
  }
}

export const people = new People();
