import { speak, type Say } from "../../i18n/knowledge/index.ts";
import { preferences } from "../../stores/preferences.svelte.ts";

/** The words of the page of articles, in the reader's language. */
class Words {
  readonly say = $derived<Say>(speak(preferences.locale));

  get locale(): string {
    return preferences.locale;
  }
}

export const words = new Words();
