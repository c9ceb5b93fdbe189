import { readClients, type Client } from "../../../api/contacts.ts";
import { wrong } from "./wrong.ts";

export const ONLY = ["all", "open", "blocked"] as const;
export type Only = (typeof ONLY)[number];

/** The list of contacts as it is looked at: what was asked, and the pages that came. */
export class Clients {
  rows = $state.raw<readonly Client[]>([]);
  next = $state<string | null>(null);
  phase = $state<"loading" | "ready" | "failed">("loading");
  problem = $state("");
  #asked = 0;

  /** Reads anew from the begin; what is shown stays until it is there. */
  async load(business: string, q: string, only: Only): Promise<void> {
    const asked = ++this.#asked;
    if (this.phase === "failed") this.phase = "loading";
    try {
      const page = await readClients(business, { ...wanted(q, only), before: "" });
      if (asked !== this.#asked) return;
      this.rows = page.contacts;
      this.next = page.next;
      this.phase = "ready";
    } catch (error) {
      if (asked !== this.#asked) return;
      this.problem = wrong(error);
      this.phase = "failed";
    }
  }

  async more(business: string, q: string, only: Only): Promise<void> {
    const asked = this.#asked;
    if (this.next === null) return;
    try {
      const page = await readClients(business, { ...wanted(q, only), before: this.next });
      if (asked !== this.#asked) return;
      const known = new Set(this.rows.map(({ id }) => id));
      this.rows = [...this.rows, ...page.contacts.filter(({ id }) => !known.has(id))];
      this.next = page.next;
    } catch (error) {
      this.problem = wrong(error);
    }
  }
}

function wanted(q: string, only: Only) {
  return { q: q.trim(), blocked: only === "blocked", open: only === "open" };
}
