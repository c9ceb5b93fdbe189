import { randomId } from "@switchboard/protocol";
import type { Form, FormField, FormStep, Thing } from "../../api/setup.ts";
import type { Filling } from "../../stores/filling.ts";
import { judge, nextStep, pathOf, questions, type Answers, type Wrong } from "../../view/forms.ts";

const asked = (steps: readonly FormStep[]) =>
  Object.fromEntries(questions(steps).map(({ name, label }) => [name, label]));

/** Somebody on the way through a form: where they are, what is answered, what is said of it. `kept` hears of every change. */
export class Walk {
  filling = $state.raw<Filling | null>(null);
  /** What was said of an answer, by its question; a question that was left is judged at once. */
  errors = $state<Record<string, string>>({});
  touched = $state<Record<string, boolean>>({});
  readonly #kept: (filling: Filling) => void;

  constructor(kept: (filling: Filling) => void = () => {}) {
    this.#kept = kept;
  }

  begin({ id, version, value }: Thing<Form>, answers: Answers): void {
    this.show(null);
    const { name, steps } = value;
    this.#keep({ id: randomId(), form: id, version, name, asked: asked(steps), at: 0, answers });
  }

  /** On from there, or `null`: nowhere. */
  show(filling: Filling | null): void {
    if (filling?.form !== this.filling?.form) {
      this.errors = {};
      this.touched = {};
    }
    this.filling = filling;
  }

  /** The form was changed: it is gone through once more, with what was answered. */
  renew({ version, value }: Thing<Form>): void {
    const { filling } = this;
    if (!filling) return;
    this.errors = {};
    this.#keep({
      ...filling,
      id: randomId(),
      version,
      name: value.name,
      asked: { ...filling.asked, ...asked(value.steps) },
      at: 0,
    });
  }

  answer(name: string, value: string): void {
    if (!this.filling) return;
    delete this.errors[name];
    this.#keep({ ...this.filling, answers: { ...this.filling.answers, [name]: value } });
  }

  /** What isn't answered yet is only missed where one goes on. */
  leave(name: string): void {
    if (this.filling?.answers[name]?.trim()) this.touched[name] = true;
  }

  wrong(field: FormField): Wrong | null {
    return this.touched[field.name] ? judge(field, this.filling?.answers[field.name] ?? "").wrong : null;
  }

  go(at: number): void {
    if (this.filling && this.filling.at !== at) this.#keep({ ...this.filling, at });
  }

  back(steps: readonly FormStep[]): void {
    const { filling } = this;
    if (!filling) return;
    const way = pathOf(steps, filling.answers);
    this.go(way[Math.max(0, way.indexOf(filling.at) - 1)] ?? 0);
  }

  /** To the next step, where this one's answers fit; true at the end. */
  next(steps: readonly FormStep[]): boolean {
    const { filling } = this;
    const step = steps[filling?.at ?? 0];
    if (!filling || !step || !this.#fits(step)) return false;
    const following = nextStep(steps, filling.at, filling.answers);
    if (following >= steps.length) return true;
    this.go(following);
    return false;
  }

  /** What the server says of an answer; `false` where this form doesn't ask that. */
  refuse(steps: readonly FormStep[], name: string, said: string): boolean {
    const place = steps.findIndex(({ fields }) => fields?.some((field) => field.name === name));
    if (!name || place < 0) return false;
    this.errors[name] = said;
    this.go(place);
    return true;
  }

  /** Whether a step's answers fit; else each says why. */
  #fits({ fields = [] }: FormStep): boolean {
    for (const { name } of fields) this.touched[name] = true;
    return fields.every((field) => !judge(field, this.filling?.answers[field.name] ?? "").wrong);
  }

  #keep(filling: Filling): void {
    this.filling = filling;
    this.#kept(filling);
  }
}
