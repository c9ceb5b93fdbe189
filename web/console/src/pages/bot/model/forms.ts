import type { Change, FormPage } from "../../../api/studio.ts";
import type { Form as Definition, FormField, FormStep, Thing } from "../../../api/setup.ts";
import { readTexts, responseChanges, same, writeTexts } from "./answers.ts";
import { nameFor } from "./topics.ts";

/** A form as the list of its questions, and back into the format of its files. Pure. */

export const KINDS = [
  "text", "phone", "email", "number", "money", "date", "time", "datetime", "choice", "boolean", "address",
] as const; // prettier-ignore
export type Kind = (typeof KINDS)[number];
/** Kinds that have a least and a most. */
export const RANGED: readonly Kind[] = ["number", "money"];

export type Texts = Readonly<Record<string, string>>;
export interface Question {
  /** Under which name the answer is kept; "" until the form is saved. */
  slot: string;
  asks: Texts;
  kind: Kind;
  choices: readonly string[];
  min: string;
  max: string;
  /** What is said to an answer that doesn't fit. */
  unfit: Texts;
  /** What customers call it, for "no, another street". */
  words: readonly string[];
}
export interface Form {
  titles: Texts;
  questions: readonly Question[];
  begun_by: string;
  done: Texts;
  tries: number;
  /** The name of the form of the settings that leads it; "" for none. */
  fills: string;
}

export const blankQuestion = (): Question => ({
  slot: "", asks: {}, kind: "text", choices: [], min: "", max: "", unfit: {}, words: [],
}); // prettier-ignore
export const blankForm = (): Form => ({
  titles: {},
  questions: [blankQuestion()],
  begun_by: "",
  done: {},
  tries: 3,
  fills: "",
});

export function readFormPage(page: FormPage): Form {
  return {
    titles: readTexts(page.title),
    questions: page.questions.map(({ slot, asks, takes, unfit }) => ({
      slot,
      asks: readTexts(asks),
      kind: KINDS.find((kind) => kind === takes["kind"]) ?? "text",
      choices: listOf(takes["choices"]),
      min: numeral(takes["min"]),
      max: numeral(takes["max"]),
      unfit: readTexts(unfit),
      words: listOf(takes["words"]),
    })),
    begun_by: page.begun_by,
    done: readTexts(page.done),
    tries: page.tries,
    fills: page.fills,
  };
}

/** The form of the settings of that name that is in use. */
export function definitionOf(
  forms: readonly Thing<Definition>[],
  name: string,
): Thing<Definition> | undefined {
  const wanted = name.trim().toLowerCase();
  return forms.find(({ value }) => value.active && value.name.toLowerCase() === wanted);
}

/** The questions of a form of the settings, in its order, with what is said of them here already. */
export function ledQuestions(questions: readonly Question[], steps: readonly FormStep[]): Question[] {
  return steps
    .flatMap(({ fields = [] }) => fields)
    .map((field) => ({
      ...(questions.find(({ slot }) => slot === field.name) ?? { ...blankQuestion(), slot: field.name }),
      kind: KINDS.find((kind) => kind === field.kind) ?? (field.kind === "choices" ? "choice" : "text"),
      choices: field.choices ?? [],
      min: numeral(field.least),
      max: numeral(field.most),
    }));
}

/** How a form of the settings asks it. */
export function ownWords(field: FormField, steps: readonly FormStep[]): string {
  const step = steps.find(({ fields }) => fields?.some(({ name }) => name === field.name));
  return step?.say && step.fields?.length === 1 ? step.say : field.label;
}

/** The changes that make it so. `page`: as it is now; none for a new one. */
export function formChanges(name: string, form: Form, page: FormPage | null): Change[] {
  const changes: Change[] = [];
  const title = page?.title ?? [];
  changes.push(...responseChanges(`utter_title_${name}`, writeTexts(form.titles, title), title));
  const taken = form.questions.map(({ slot }) => slot).filter(Boolean);
  const questions = form.questions.map((question) => {
    const slot = question.slot || nameFor(Object.values(question.asks)[0] || question.kind, taken);
    taken.push(slot);
    const before = page?.questions.find((one) => one.slot === slot);
    const takes: Record<string, unknown> = { ...before?.takes };
    const led = form.fills !== ""; // what fits says the form of the settings
    const plain = question.kind === "text" && takes["kind"] === undefined;
    put(takes, "kind", led ? ledKind(takes["kind"]) : plain ? undefined : question.kind);
    const choices = !led && question.kind === "choice" && question.choices.length > 0;
    put(takes, "choices", choices ? question.choices : undefined);
    const ranged = !led && RANGED.includes(question.kind);
    put(takes, "min", ranged ? numberOf(question.min) : undefined);
    put(takes, "max", ranged ? numberOf(question.max) : undefined);
    put(takes, "words", question.words.length ? question.words : undefined);
    const unfit = writeTexts(question.unfit, before?.unfit ?? []);
    if (unfit.length) {
      const response =
        typeof takes["invalid"] === "string" ? takes["invalid"] : `utter_unfit_${name}_${slot}`;
      takes["invalid"] = response;
      if (!same(unfit, before?.unfit)) changes.push({ kind: "response", name: response, variations: unfit });
    } else if (before?.unfit.length) delete takes["invalid"];
    return { slot, asks: writeTexts(question.asks, before?.asks ?? []), takes };
  });
  changes.push({
    kind: "form",
    name,
    questions,
    begun_by: form.begun_by,
    done: writeTexts(form.done, page?.done ?? []),
    tries: form.tries,
    fills: form.fills,
  });
  return changes;
}

/** The list with the thing at `from` moved by `by` places. */
export function moved<T>(list: readonly T[], from: number, by: number): T[] {
  const to = Math.min(list.length - 1, Math.max(0, from + by));
  const rest = list.filter((_, place) => place !== from);
  return [...rest.slice(0, to), list[from]!, ...rest.slice(to)];
}

function put(takes: Record<string, unknown>, key: string, value: unknown): void {
  if (value === undefined) delete takes[key];
  else takes[key] = value;
}
/** An address or a time is a text to a form of the settings; the bot may know better what it reads. */
function ledKind(kind: unknown): unknown {
  return kind === "address" || kind === "time" || kind === "datetime" ? kind : undefined;
}
function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
function numeral(value: unknown): string {
  return value === undefined || value === null ? "" : String(value);
}
function numberOf(text: string): number | undefined {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() && Number.isFinite(value) ? value : undefined;
}
