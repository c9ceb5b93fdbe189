import type { FormField, FormStep } from "../api/setup.ts";

export type Answers = Readonly<Record<string, string>>;
export const END = "end";
const USUAL_LENGTH = 400;
const LONGEST: Readonly<Record<string, number>> = { long_text: 4000, choices: 4000 };
const UNWANTED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

export type Wrong = {
  readonly why: "missing" | "long" | "number" | "least" | "most" | "date" | "unfit" | "email" | "phone";
  readonly limit?: number;
};
/** An answer as it is kept, "" for none, and what is not right with it. */
export interface Judged {
  readonly value: string;
  readonly wrong: Wrong | null;
}

const fits = (value: string): Judged => ({ value, wrong: null });
const fails = (why: Wrong["why"], limit?: number): Judged => ({
  value: "",
  wrong: limit === undefined ? { why } : { why, limit },
});

/** Judges as the server does (`gateway.model.forms`); of a phone and an e-mail address only what nobody would doubt. */
export function judge(field: FormField, said: string): Judged {
  const value = said.replace(UNWANTED, "").trim();
  if (!value) return field.required ? fails("missing") : fits("");
  const kind = field.kind ?? "text";
  const limit = LONGEST[kind] ?? USUAL_LENGTH;
  if ([...value].length > limit) return fails("long", limit);
  switch (kind) {
    case "text":
      return fits(value.split(/\s+/).join(" "));
    case "long_text":
      return fits(value);
    case "number":
    case "money":
      return numberOf(field, value);
    case "date":
      return isDay(value) ? fits(value) : fails("date");
    case "email":
      return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value) ? fits(value) : fails("email");
    case "phone":
      return (value.match(/\d/g)?.length ?? 0) >= 5 ? fits(value) : fails("phone");
    case "boolean":
    case "choice":
    case "choices":
      return chosenOf(field, value);
  }
}

function numberOf({ least, most }: FormField, value: string): Judged {
  const bare = value.replace(/\s/g, "");
  if (!/^-?[0-9]{1,15}(?:[.,][0-9]{1,6})?$/.test(bare)) return fails("number");
  const number = Number(bare.replace(",", "."));
  if (least != null && number < least) return fails("least", least);
  if (most != null && number > most) return fails("most", most);
  return fits(bare.replace(",", "."));
}

function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || value.startsWith("0000")) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

function chosenOf({ kind, choices = [] }: FormField, value: string): Judged {
  const lines = value.split("\n").map((line) => line.trim());
  const chosen = new Set(lines.filter(Boolean));
  const known = kind === "boolean" ? ["yes", "no"] : choices;
  if ([...chosen].some((one) => !known.includes(one))) return fails("unfit");
  if (kind !== "choices" && chosen.size !== 1) return fails("unfit");
  return fits(known.filter((one) => chosen.has(one)).join("\n"));
}

export const questions = (steps: readonly FormStep[]): readonly FormField[] =>
  steps.flatMap(({ fields }) => fields ?? []);

/** The answers as they are kept; those that don't fit are none. */
function keptOf(steps: readonly FormStep[], answers: Answers): Answers {
  return Object.fromEntries(
    questions(steps).map((field) => [field.name, judge(field, answers[field.name] ?? "").value]),
  );
}

/** The same way as the server goes: the step after `index`; as many as there are is the end. */
function after(steps: readonly FormStep[], index: number, kept: Answers): number {
  const step = steps[index]!;
  const taken = step.branches?.find(({ field, answer }) => (kept[field] ?? "").split("\n").includes(answer));
  const to = taken ? taken.to : step.then;
  if (!to) return index + 1;
  const place = steps.findIndex(({ name }) => name === to);
  return place < 0 ? steps.length : place;
}

export const nextStep = (steps: readonly FormStep[], index: number, answers: Answers): number =>
  after(steps, index, keptOf(steps, answers));

/** All steps that these answers lead through. One that is being set up may lead back: there the way ends. */
export function pathOf(steps: readonly FormStep[], answers: Answers): readonly number[] {
  const kept = keptOf(steps, answers);
  const found = [0];
  for (;;) {
    const last = found[found.length - 1]!;
    const following = after(steps, last, kept);
    if (following >= steps.length || following <= last) return found;
    found.push(following);
  }
}

/** Where one stands on a way that may be another by now: at its last step, where the step isn't on it. */
export const placeOn = (way: readonly number[], at: number): number =>
  way.includes(at) ? at : way[way.length - 1]!;

/** An answer as people read it. */
export function shownAnswer(
  value: string,
  kind: string | undefined,
  say: (key: "forms.yes" | "forms.no") => string,
): string {
  if (kind === "boolean") return say(value === "yes" ? "forms.yes" : "forms.no");
  return kind === "choices" ? value.split("\n").join(", ") : value;
}

/** What is kept of these answers in the end: of the steps on the way alone. */
export function keptOnTheWay(steps: readonly FormStep[], answers: Answers): Answers {
  const kept = keptOf(steps, answers);
  const asked = questions(pathOf(steps, answers).map((index) => steps[index]!));
  return Object.fromEntries(asked.flatMap(({ name }) => (kept[name] ? [[name, kept[name]]] : [])));
}

/** Answers to questions that this form doesn't ask (any more), as those who gave them knew the questions. */
export function leftOver(
  steps: readonly FormStep[],
  answers: Answers,
  asked: Answers,
): readonly (readonly [string, string])[] {
  const known = new Set(questions(steps).map(({ name }) => name));
  return Object.entries(answers)
    .filter(([name, value]) => !known.has(name) && value.trim())
    .map(([name, value]) => [asked[name] || name, value] as const);
}

/** What a form begins with. */
export function prefilled(
  steps: readonly FormStep[],
  facts: Answers,
  contact: Readonly<Partial<Record<"name" | "phone" | "email" | "company", string>>>,
): Answers {
  const found: Record<string, string> = {};
  for (const { name, prefill, fact } of questions(steps)) {
    const value = prefill === "fact" ? (facts[fact ?? ""] ?? "") : prefill ? (contact[prefill] ?? "") : "";
    if (value) found[name] = value;
  }
  return found;
}
