import { readListing, type Listing } from "../../../api/knowledge.ts";
import { session } from "../../../stores/session.svelte.ts";
import { sentence } from "../../settings/model/refusals.ts";

/** How the business's articles stand. */
class Library {
  listing = $state.raw<Listing | null>(null);
  problem = $state("");
  /** What an article that is begun now is about, in which language. */
  begun = $state.raw<{ readonly locale: string; readonly title: string } | null>(null);
  #business = "";

  async load(): Promise<void> {
    const { business } = session;
    if (this.#business !== business) this.listing = null;
    this.#business = business;
    this.problem = "";
    try {
      const found = await readListing(business);
      if (session.business === business) this.listing = found;
    } catch (error) {
      if (!this.listing) this.problem = sentence(error);
    }
  }
}

export const library = new Library();
