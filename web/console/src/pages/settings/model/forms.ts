import type { Form, FormField, FormStep } from "../../../api/setup.ts";

export const MOST_STEPS = 40;
export const MOST_QUESTIONS = 20;

/** A name that none of these has: `step1`, say. */
export function freeName(begin: string, taken: readonly string[]): string {
  for (let number = 1; ; number++) if (!taken.includes(`${begin}${number}`)) return `${begin}${number}`;
}

export const newStep = (form: Form): FormStep => ({
  name: freeName(
    "step",
    form.steps.map(({ name }) => name),
  ),
  title: "",
  say: "",
  fields: [],
  branches: [],
  then: "",
});

export const newQuestion = (form: Form): FormField => ({
  name: freeName(
    "q",
    form.steps.flatMap(({ fields }) => fields ?? []).map(({ name }) => name),
  ),
  label: "",
  kind: "text",
});
