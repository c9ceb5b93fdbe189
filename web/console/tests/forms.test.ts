import { expect, test } from "vitest";
import type { FormStep } from "../src/api/setup.ts";
import { judge, keptOnTheWay, leftOver, nextStep, pathOf, prefilled, questions } from "../src/view/forms.ts";

interface Case {
  readonly name: string;
  readonly steps: readonly FormStep[];
  readonly answers: Readonly<Record<string, string>>;
  readonly path: readonly number[];
  readonly kept: Readonly<Record<string, string>>;
  readonly wrong: Readonly<Record<string, string>>;
}
/** Recorded by `tests/support/record_forms.py` from the server's own rules. */
const [cases = []] = Object.values(
  import.meta.glob<readonly Case[]>("../../../tests/fixtures/forms.json", { eager: true, import: "default" }),
);
/** What only the server knows for sure. */
const LOOSE = ["email_unreadable", "phone_unreadable"];

test.each(cases)("$name: the way, and what is kept, are the server's", ({ steps, answers, path, kept }) => {
  expect(pathOf(steps, answers)).toEqual(path);
  expect(nextStep(steps, path[path.length - 1]!, answers)).toBe(steps.length);
  const phones = questions(steps).some(({ kind }) => kind === "phone");
  if (!phones) expect(keptOnTheWay(steps, answers)).toEqual(kept);
});

test.each(cases)("$name: what does not fit is what the server refuses", ({ steps, answers, wrong }) => {
  for (const field of questions(steps)) {
    const refused = wrong[field.name] ?? "";
    const said = judge(field, answers[field.name] ?? "").wrong?.why ?? "";
    if (!LOOSE.includes(refused)) expect(said, field.name).toBe(refused.replace("form_", ""));
  }
});

test("a step that leads back, while it is being set up, ends the way", () => {
  const steps: FormStep[] = [
    { name: "a", title: "A" },
    { name: "b", title: "B", then: "a" },
  ];
  expect(pathOf(steps, {})).toEqual([0, 1]);
});

test("it begins with what is known of the contact and of the matter", () => {
  const fields = [
    { name: "who", label: "Name", prefill: "name" },
    { name: "cups", label: "Cups", prefill: "fact", fact: "cups" },
    { name: "mail", label: "E-mail", prefill: "email" },
    { name: "own", label: "Own" },
  ] as const;
  const steps = [{ name: "one", title: "One", fields }];
  expect(prefilled(steps, { cups: "2" }, { name: "Anna" })).toEqual({ who: "Anna", cups: "2" });
});

test("what was answered to a question that is gone is told by its old words", () => {
  const steps = [{ name: "one", title: "One", fields: [{ name: "q1", label: "New" }] }];
  const said = { q1: "stays", q2: "Red", q3: " ", q4: "x" };
  expect(leftOver(steps, said, { q1: "Old", q2: "Colour" })).toEqual([
    ["Colour", "Red"],
    ["q4", "x"],
  ]);
});
