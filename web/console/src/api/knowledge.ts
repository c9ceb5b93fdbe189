import { request } from "./http.ts";
import type { Piece } from "./search.ts";
import { at, many, of, single, type Thing } from "./setup.ts";

export interface ArticleText {
  title: string;
  category: string;
  text: string;
}
/** An article as it is being written. `name`: its address. */
export interface Article {
  name: string;
  texts: Readonly<Record<string, ArticleText>>;
  position: number;
}
/** Where articles are shown. `public`: at a page that anybody reads. */
export interface Shown {
  name: string;
  public: boolean;
  bot: boolean;
}
export const articles = many<Article>("article", "articles");
export const shown = single<Shown>("knowledge", "knowledge");

/** `changed`: customers read it, and what is being written differs. */
export type State = "draft" | "published" | "changed";
export interface Language {
  readonly locale: string;
  readonly title: string;
  readonly category: string;
  readonly state: State;
  readonly number: number;
  readonly helped: number;
  readonly unhelped: number;
}
export interface Listed {
  readonly id: string;
  readonly name: string;
  readonly position: number;
  readonly version: number;
  readonly changed_at: number;
  readonly changed_by: string;
  readonly languages: readonly Language[];
}
/** `page`: where customers read articles, "" where they can't. */
export interface Listing {
  readonly items: readonly Listed[];
  readonly page: string;
}
export const readListing = (business: string) => request<Listing>("GET", at(business, "knowledge/articles"));

export interface Version {
  readonly locale: string;
  readonly number: number;
  readonly title: string;
  readonly category: string;
  readonly text: string;
  readonly made_at: number;
  readonly made_by: string;
  readonly published: boolean;
}
export const readVersions = async (business: string, article: string) =>
  (await request<{ items: readonly Version[] }>("GET", at(business, `${of("articles", article)}/versions`)))
    .items;

export const publish = (business: string, { id, version }: Thing<Article>, locales: readonly string[]) =>
  request<{ fresh: readonly string[] }>("POST", at(business, `${of("articles", id)}/publish`), {
    version,
    locales,
  });

export const withdraw = (business: string, article: string, locales: readonly string[]) =>
  request("POST", at(business, `${of("articles", article)}/withdraw`), { locales });

export const preview = async (business: string, text: string) =>
  (await request<{ html: string }>("POST", at(business, "knowledge/preview"), { text })).html;

export interface Found {
  readonly article: string;
  readonly name: string;
  readonly locale: string;
  readonly title: string;
  readonly category: string;
  readonly snippet: readonly Piece[];
  /** The article in plain words. */
  readonly said: string;
  /** Where customers read it, "" where they can't. */
  readonly url: string;
}
/** `settled`: it is asked like this, not just typed on; then it is noted where it finds nothing. */
export const findArticles = async (business: string, question: string, locale: string, settled: boolean) => {
  const query = new URLSearchParams({ q: question, locale, settled: String(settled) });
  return (await request<{ hits: readonly Found[] }>("GET", at(business, `knowledge/search?${query}`))).hits;
};

/** Something that found nothing. `origin`: where it was asked last. */
export interface Question {
  readonly locale: string;
  readonly question: string;
  readonly times: number;
  readonly asked_at: number;
  readonly origin: "page" | "console" | "bot";
}
export const readQuestions = async (business: string) =>
  (await request<{ items: readonly Question[] }>("GET", at(business, "knowledge/questions"))).items;
/** One of them, or all. */
export const forgetQuestions = (business: string, one?: Question) => {
  const query = new URLSearchParams(one ? { locale: one.locale, question: one.question } : { all: "true" });
  return request("DELETE", at(business, `knowledge/questions?${query}`));
};

/** What could be answered now. `url`: where customers read the article, "" where they can't. */
export interface Suggestion {
  readonly text: string;
  readonly origin: "bot" | "knowledge";
  readonly source: string;
  readonly url: string;
  readonly confidence: number;
}
export const readSuggestions = async (business: string, conversation: string) =>
  (
    await request<{ items: readonly Suggestion[] }>(
      "GET",
      at(business, `conversations/${encodeURIComponent(conversation)}/suggestions`),
    )
  ).items;
