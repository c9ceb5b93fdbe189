const READY: Readonly<Record<string, string>> = {
  en: "Hello. How can we help?",
  ru: "Здравствуйте. Чем помочь?",
};

/** First words to begin with, in the languages that we write ourselves. */
export function greetings(locales: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    locales.filter((locale) => locale in READY).map((locale) => [locale, READY[locale]!]),
  );
}
