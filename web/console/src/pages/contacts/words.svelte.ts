import { speak, type Say } from "../../i18n/contacts/index.ts";
import { preferences } from "../../stores/preferences.svelte.ts";

export { knows, type Key } from "../../i18n/contacts/index.ts";

/** The words of the contacts, in the reader's language. */
class Words {
  readonly say = $derived<Say>(speak(preferences.locale));
}

export const words = new Words();
