import { pickLocale, usable } from "@switchboard/protocol";
import { LOCALES, speak, type Locale } from "../i18n/index.ts";

export type Theme = "system" | "light" | "dark";
/** What sends: Enter, or Ctrl/Cmd with it. */
export type SendKey = "enter" | "mod_enter";

const store = usable(() => localStorage);
const tab = usable(() => sessionStorage);
const chosen = store.getItem("switchboard:locale");

/** What this person chose for this browser. */
class Preferences {
  locale = $state<Locale>(pickLocale(chosen ? [chosen] : navigator.languages, LOCALES, "en"));
  theme = $state<Theme>(parseTheme(store.getItem("switchboard:theme")));
  contextOpen = $state(store.getItem("switchboard:context") !== "closed");
  listOpen = $state(store.getItem("switchboard:list-pane") !== "closed");

  sendKey = $state<SendKey>(store.getItem("switchboard:send") === "mod_enter" ? "mod_enter" : "enter");
  /** Pixels; 0: shut. */
  listWidth = $state(parseWidth(store.getItem("switchboard:list"), 320));
  contextWidth = $state(parseWidth(store.getItem("switchboard:context-width"), 320));

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

  setListOpen(open: boolean): void {
    this.listOpen = open;
    store.setItem("switchboard:list-pane", open ? "open" : "closed");
  }

  setSendKey(key: SendKey): void {
    this.sendKey = key;
    store.setItem("switchboard:send", key);
  }

  setListWidth(width: number): void {
    this.listWidth = width;
    store.setItem("switchboard:list", String(width));
  }

  setContextWidth(width: number): void {
    this.contextWidth = width;
    store.setItem("switchboard:context-width", String(width));
  }

  /** The business that this tab shows; in a new one that which was chosen last. */
  get business(): string {
    return tab.getItem("switchboard:business") ?? store.getItem("switchboard:business") ?? "";
  }
  set business(id: string) {
    tab.setItem("switchboard:business", id);
    store.setItem("switchboard:business", id);
  }
}

function parseWidth(text: string | null, usual: number): number {
  const width = Number(text ?? usual);
  return Number.isFinite(width) && width >= 0 ? width : usual;
}

function parseTheme(text: string | null): Theme {
  return text === "light" || text === "dark" ? text : "system";
}

export const preferences = new Preferences();
