import { speak, type Say } from "../../i18n/studio/index.ts";
import { preferences } from "../../stores/preferences.svelte.ts";

export { knows, type Key } from "../../i18n/studio/index.ts";

/** The words of the page that teaches the bot, in the reader's language. */
class Words {
  readonly say = $derived<Say>(speak(preferences.locale));

  get locale(): string {
    return preferences.locale;
  }
}

export const words = new Words();
