import type { Change, Json } from "../../../api/studio.ts";

/** What a topic says, as one edits it; and back into the format of its files, touching nothing that wasn't edited. Pure. */

export type ButtonTo = "topic" | "person" | "link" | "other";
export interface AnswerButton {
  readonly title: string;
  readonly to: ButtonTo;
  /** A topic's name, an address, or what the file says. */
  readonly value: string;
}
/** One way to say it. `language`: "" for any; `channel`: "" for all of them; `sound`: what a call plays in place of speaking it, by name.
 * `was`: as the file has it. */
export interface Saying {
  readonly language: string;
  readonly channel: string;
  readonly text: string;
  readonly buttons: readonly AnswerButton[];
  readonly image: string;
  readonly sound: string;
  readonly was: Json | null;
}

const PERSON = "/switchboard.operator";
const LANGUAGE = "language";

interface Condition {
  readonly type?: unknown;
  readonly name?: unknown;
  readonly value?: unknown;
}

export function readSayings(variations: readonly Json[]): Saying[] {
  return variations.map(readSaying);
}

function readSaying(was: Json): Saying {
  const conditions = (was["condition"] ?? []) as readonly Condition[];
  const language = conditions.find(({ name }) => name === LANGUAGE)?.value;
  return {
    language: typeof language === "string" ? language : "",
    channel: text(was["channel"]),
    text: text(was["text"]),
    buttons: ((was["buttons"] ?? []) as readonly Json[]).map(readButton),
    image: text(was["image"]),
    sound: text(customOf(was)["sound"]),
    was,
  };
}

const customOf = (was: Json | null): Json => (was?.["custom"] ?? {}) as Json;

/** What else stands in it than can be edited here. */
export function hasOther({ was }: Saying): boolean {
  return Object.keys(customOf(was)).some((part) => part !== "sound");
}

function readButton(button: Json): AnswerButton {
  const title = text(button["title"]);
  if (button["url"] !== undefined) return { title, to: "link", value: text(button["url"]) };
  const payload = text(button["payload"]);
  if (payload === PERSON) return { title, to: "person", value: "" };
  const topic = /^\/([^\s{.]+)$/.exec(payload);
  return topic ? { title, to: "topic", value: topic[1]! } : { title, to: "other", value: payload };
}

/** Only what says something; equal to what was read where nothing was edited. */
export function writeSayings(sayings: readonly Saying[]): Json[] {
  return sayings.filter(saysSomething).map(writeSaying);
}

export function saysSomething(saying: Saying): boolean {
  return saying.text.trim() !== "" || saying.image.trim() !== "" || saying.sound !== "" || hasOther(saying);
}

function writeSaying(saying: Saying): Json {
  const { was } = saying;
  const before = was ? readSaying(was) : null;
  if (was && before && same({ ...saying, was: null }, { ...before, was: null })) return was;
  const { text: _t, image: _i, channel: _c, buttons: _b, custom: _custom, condition, ...rest } = was ?? {};
  const { sound: _s, ...parts } = customOf(was);
  const custom = saying.sound ? { ...parts, sound: saying.sound } : parts;
  const others = ((condition ?? []) as readonly Condition[]).filter(({ name }) => name !== LANGUAGE);
  const conditions = saying.language
    ? [...others, { type: "slot", name: LANGUAGE, value: saying.language }]
    : others;
  const image = saying.image.trim();
  return {
    ...(saying.text.trim() ? { text: saying.text.trim() } : {}),
    ...(saying.channel ? { channel: saying.channel } : {}),
    ...(conditions.length ? { condition: conditions } : {}),
    ...(saying.buttons.length ? { buttons: saying.buttons.map(writeButton) } : {}),
    ...(image ? { image } : {}),
    ...(Object.keys(custom).length ? { custom } : {}),
    ...rest,
  };
}

function writeButton({ title, to, value }: AnswerButton): Json {
  if (to === "link") return { title, url: value.trim() };
  if (to === "person") return { title, payload: PERSON };
  return { title, payload: to === "topic" ? `/${value}` : value };
}

/** Texts by language where there is one way to say it: titles, questions. What else it holds stays. */
export function readTexts(variations: readonly Json[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { language, text } of readSayings(variations)) found[language] ??= text;
  return found;
}

export function writeTexts(texts: Readonly<Record<string, string>>, before: readonly Json[]): Json[] {
  const known = readSayings(before);
  const kept = known
    .filter((one, place) => known.findIndex(({ language }) => language === one.language) === place)
    .map((one) => ({ ...one, text: texts[one.language] ?? "" }));
  const others = known.filter((one) => !kept.some(({ was }) => was === one.was));
  const added = Object.entries(texts)
    .filter(([language]) => !known.some((one) => one.language === language))
    .map(([language, words]) => blank(language, "", words));
  return writeSayings([...kept, ...others, ...added]);
}

/** What makes a response say so: nothing where it does already. */
export function responseChanges(name: string, said: readonly Json[], was: readonly Json[]): Change[] {
  if (same(said, was)) return [];
  if (said.length) return [{ kind: "response", name, variations: said }];
  return [{ kind: "remove_response", name }];
}

export function blank(language: string, channel = "", words = ""): Saying {
  return { language, channel, text: words, buttons: [], image: "", sound: "", was: null };
}

/** The languages that an answer has columns for. With one language there is no need to tell it. */
export function languagesOf(
  sayings: readonly { readonly language: string }[],
  locales: readonly string[],
): string[] {
  const told = sayings.map(({ language }) => language);
  const usual = locales.length > 1 ? locales : told.includes(locales[0] ?? "") ? locales : [""];
  return [...new Set([...usual, ...told])];
}

/** What is said to somebody of a language on a channel: as the bot chooses, the first way of it. */
export function chosen(sayings: readonly Saying[], language: string, channel: string): Saying | undefined {
  const fits = sayings.filter((one) => saysSomething(one) && ["", language].includes(one.language));
  const of = (wanted: string) =>
    fits.find((one) => one.channel === wanted && one.language === language) ??
    fits.find((one) => one.channel === wanted);
  return of(channel) ?? of("");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
