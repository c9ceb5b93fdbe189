import { session } from "../../../stores/session.svelte.ts";

/** The business that is being set up. */
class Own {
  readonly #business = $derived(session.me?.businesses.find(({ id }) => id === session.business));
  readonly name = $derived(this.#business?.name ?? "");
  readonly locales = $derived<readonly string[]>(this.#business?.locales ?? ["en"]);
}

export const own = new Own();
