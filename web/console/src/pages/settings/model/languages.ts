/** Languages that a business may speak, the ones that Switchboard itself speaks first. */
export const LANGUAGES = [
  "en", "ru", "ar", "be", "bg", "cs", "da", "de", "el", "es", "et", "fi", "fr", "he", "hu", "hy", "it", "ja", "ka",
  "kk", "ko", "ky", "lt", "lv", "nl", "pl", "pt", "ro", "sk", "sl", "sr", "sv", "tg", "tr", "uk", "uz", "vi", "zh",
] as const; // prettier-ignore

/** Where this browser is. */
export function ownTimezone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

export function timezones(): readonly string[] {
  return [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];
}
