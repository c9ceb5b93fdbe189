import type { ContextCard } from "../api/cards.ts";

/** The context card of the open conversation, as the server has built it. */
class OpenCard {
  /** Whose it is. */
  conversation = $state("");
  shown = $state.raw<ContextCard | null>(null);
  /** It could not be read, and there is none to show. */
  failed = $state(false);
}

export const openCard = new OpenCard();
