import type { FormField, FormStep } from "../api/setup.ts";

export type Answers = Readonly<Record<string, string>>;
export const END = "end";

/** The same way as the server goes (`gateway.model.forms`): the step after `index`; as many as there are is the end. */
export function nextStep(steps: readonly FormStep[], index: number, answers: Answers): number {
  const step = steps[index]!;
  const taken = step.branches?.find(({ field, answer }) =>
    (answers[field] ?? "").split("\n").includes(answer),
  );
  const to = taken ? taken.to : step.then;
  if (!to) return index + 1;
  const place = steps.findIndex(({ name }) => name === to);
  return place < 0 ? steps.length : place;
}

/** All steps that these answers lead through. */
export function pathOf(steps: readonly FormStep[], answers: Answers): readonly number[] {
  const found = [0];
  for (;;) {
    const last = found[found.length - 1]!;
    const following = nextStep(steps, last, answers);
    if (following >= steps.length || following <= last) return found;
    found.push(following);
  }
}

export type Wrong = {
  readonly why: "missing" | "number" | "least" | "most" | "date" | "email" | "phone";
  readonly limit?: number;
};

/** What can be told of an answer before the server judges it; `null`: nothing. */
export function wrongWith(field: FormField, said: string): Wrong | null {
  const value = said.trim();
  if (!value) return field.required ? { why: "missing" } : null;
  switch (field.kind) {
    case "number":
    case "money": {
      const bare = value.replace(/\s/g, "");
      if (!/^-?[0-9]{1,15}(?:[.,][0-9]{1,6})?$/.test(bare)) return { why: "number" };
      const number = Number(bare.replace(",", "."));
      if (field.least != null && number < field.least) return { why: "least", limit: field.least };
      if (field.most != null && number > field.most) return { why: "most", limit: field.most };
      return null;
    }
    case "date":
      return /^\d{4}-\d{2}-\d{2}$/.test(value) ? null : { why: "date" };
    case "email":
      return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value) ? null : { why: "email" };
    case "phone":
      return /^\+?[\d\s().-]{6,}$/.test(value) ? null : { why: "phone" };
    default:
      return null;
  }
}

/** What a form begins with. */
export function prefilled(
  steps: readonly FormStep[],
  facts: Answers,
  contact: Readonly<Partial<Record<"name" | "phone" | "email" | "company", string>>>,
): Answers {
  const found: Record<string, string> = {};
  for (const { name, prefill, fact } of steps.flatMap(({ fields }) => fields ?? [])) {
    const value = prefill === "fact" ? (facts[fact ?? ""] ?? "") : prefill ? (contact[prefill] ?? "") : "";
    if (value) found[name] = value;
  }
  return found;
}
