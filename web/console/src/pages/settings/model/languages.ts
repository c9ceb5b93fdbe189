/** Languages that a business may speak, the ones that Switchboard itself speaks first. */
export const LANGUAGES = [
  "en", "ru", "ar", "be", "bg", "cs", "da", "de", "el", "es", "et", "fi", "fr", "he", "hu", "hy", "it", "ja", "ka",
  "kk", "ko", "ky", "lt", "lv", "nl", "pl", "pt", "ro", "sk", "sl", "sr", "sv", "tg", "tr", "uk", "uz", "vi", "zh",
] as const; // prettier-ignore

/** What a language is called in another one, with a capital. */
export function languageName(locale: string, inLocale: string): string {
  let name = locale;
  try {
    name = new Intl.DisplayNames(inLocale, { type: "language" }).of(locale) ?? locale;
  } catch {
    // no language of that code: the code stands for it
  }
  return name.charAt(0).toLocaleUpperCase(inLocale) + name.slice(1);
}

/** Where this browser is. */
export function ownTimezone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

export function timezones(): readonly string[] {
  return [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];
}
