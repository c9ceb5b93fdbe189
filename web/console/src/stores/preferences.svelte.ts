import { pickLocale, usable } from "@switchboard/protocol";
import { LOCALES, speak, type Locale } from "../i18n/index.ts";

export type Theme = "system" | "light" | "dark";

const store = usable(() => localStorage);
const chosen = store.getItem("switchboard:locale");

/** What this person chose for this browser. */
class Preferences {
  locale = $state<Locale>(pickLocale(chosen ? [chosen] : navigator.languages, LOCALES, "en"));
  theme = $state<Theme>(parseTheme(store.getItem("switchboard:theme")));
  contextOpen = $state(store.getItem("switchboard:context") !== "closed");

  readonly say = $derived(speak(this.locale));

  setLocale(locale: Locale): void {
    this.locale = locale;
    store.setItem("switchboard:locale", locale);
  }

  /** The account's language, unless another one was chosen here. */
  suggestLocale(locale: string): void {
    if (!store.getItem("switchboard:locale")) this.locale = pickLocale([locale], LOCALES, this.locale);
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    store.setItem("switchboard:theme", theme);
  }

  setContextOpen(open: boolean): void {
    this.contextOpen = open;
    store.setItem("switchboard:context", open ? "open" : "closed");
  }

  get business(): string {
    return store.getItem("switchboard:business") ?? "";
  }
  set business(id: string) {
    store.setItem("switchboard:business", id);
  }
}

function parseTheme(text: string | null): Theme {
  return text === "light" || text === "dark" ? text : "system";
}

export const preferences = new Preferences();
