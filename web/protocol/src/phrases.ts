/** A sentence, or one per CLDR plural category, chosen by the parameter `n`. `{name}` marks a parameter. */
export type Phrase = string | (Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string });
export type Catalogue<Keys extends string> = Readonly<Record<Keys, Phrase>>;
export type Params = Readonly<Record<string, string | number>>;
export type Say<Keys extends string> = (key: Keys, params?: Params) => string;

export function phrasebook<Keys extends string>(catalogue: Catalogue<Keys>, locale: string): Say<Keys> {
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  return (key, params = {}) => {
    const phrase = catalogue[key];
    const text =
      typeof phrase === "string" ? phrase : (phrase[plural.select(Number(params["n"]))] ?? phrase.other);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = params[name];
      return value === undefined ? whole : typeof value === "number" ? number.format(value) : value;
    });
  };
}

/** The first of the wanted languages that there is a catalogue for. */
export function pickLocale<L extends string>(wanted: readonly string[], known: readonly L[], fallback: L): L {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0];
    const found = known.find((locale) => locale === language);
    if (found) return found;
  }
  return fallback;
}
