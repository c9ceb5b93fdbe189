import type { Article, ArticleText, Language, Listed } from "../../../api/knowledge.ts";

export const BLANK: ArticleText = { title: "", category: "", text: "" };

/** In which language an article stands in a list: the first of these that it has. */
export function shownIn(languages: readonly Language[], locales: readonly string[]): Language | undefined {
  const of = (locale: string) => languages.find((one) => one.locale === locale && one.title);
  return locales.map(of).find(Boolean) ?? languages.find(({ title }) => title);
}

/** Those that have all of the words somewhere. */
export function matching(items: readonly Listed[], wanted: string): readonly Listed[] {
  const words = wanted.toLocaleLowerCase().split(/\s+/u).filter(Boolean);
  return items.filter(({ name, languages }) => {
    const said = [name, ...languages.flatMap(({ title, category }) => [title, category])]
      .join(" ")
      .toLocaleLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/** An article with one of its texts changed; a language without a word is none. */
export function withText(
  texts: Article["texts"],
  locale: string,
  change: Partial<ArticleText>,
): Article["texts"] {
  const text = { ...(texts[locale] ?? BLANK), ...change };
  const rest = Object.fromEntries(Object.entries(texts).filter(([one]) => one !== locale));
  return text.title || text.category || text.text ? { ...rest, [locale]: text } : rest;
}

const LETTERS: Readonly<Record<string, string>> = {
  а: "a", б: "b", в: "v", г: "g", д: "d", е: "e", ё: "e", ж: "zh", з: "z", и: "i", й: "y", к: "k", л: "l", м: "m",
  н: "n", о: "o", п: "p", р: "r", с: "s", т: "t", у: "u", ф: "f", х: "kh", ц: "ts", ч: "ch", ш: "sh", щ: "sch",
  ъ: "", ы: "y", ь: "", э: "e", ю: "yu", я: "ya",
}; // prettier-ignore
const LONGEST = 60;

/** An address made of a title: "Как платить" is `kak-platit`. */
export function addressOf(title: string): string {
  const latin = [...title.toLowerCase()].map((one) => LETTERS[one] ?? one).join("");
  const words =
    latin
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .match(/[a-z0-9]+/g) ?? [];
  let address = "";
  for (const word of words) {
    const longer = address ? `${address}-${word}` : word;
    if (longer.length > LONGEST) break;
    address = longer;
  }
  return address;
}

/** Of those who said whether it helped, all languages together. */
export function helpedOf(languages: readonly Language[]): { readonly helped: number; readonly all: number } {
  const helped = languages.reduce((sum, one) => sum + one.helped, 0);
  return { helped, all: helped + languages.reduce((sum, one) => sum + one.unhelped, 0) };
}

/** A question begins an article as its title. */
export function asTitle(question: string): string {
  return question.charAt(0).toLocaleUpperCase() + question.slice(1);
}
