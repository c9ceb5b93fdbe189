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
