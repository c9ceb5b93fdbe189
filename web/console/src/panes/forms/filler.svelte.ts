import { randomId } from "@switchboard/protocol";
import { readRecords, submitForm, type FormRecord } from "../../api/records.ts";
import { Refused } from "../../api/http.ts";
import type { Form, FormField, FormStep, Thing } from "../../api/setup.ts";
import { sentence } from "../../pages/settings/model/refusals.ts";
import { isAbout, readFilling, writeFilling, type Filling } from "../../stores/filling.ts";
import { nextStep, pathOf, wrongWith, type Answers, type Wrong } from "../../view/forms.ts";

/** One conversation's form under way: where one is, what is answered, what the server says of it. Kept at every change. */
export class Filler {
  readonly account: string;
  readonly business: string;
  readonly conversation: string;
  filling = $state.raw<Filling | null>(null);
  /** What was said of an answer, by its question; a question that was left is judged at once. */
  errors = $state<Record<string, string>>({});
  touched = $state<Record<string, boolean>>({});
  records = $state.raw<readonly FormRecord[]>([]);
  saving = $state(false);
  problem = $state("");
  saved = $state("");

  constructor(account: string, business: string, conversation: string) {
    Object.assign(this, { account, business, conversation });
    this.account = account;
    this.business = business;
    this.conversation = conversation;
    this.filling = readFilling(account, conversation);
  }

  /** What another tab did to it. */
  hear(event: StorageEvent): void {
    if (isAbout(event, this.account, this.conversation)) {
      this.filling = readFilling(this.account, this.conversation);
    }
  }

  begin({ id, version }: Thing<Form>, answers: Answers): void {
    this.saved = "";
    this.#forget();
    this.#keep({ id: randomId(), form: id, version, at: 0, answers });
  }

  stop(): void {
    this.#forget();
    this.#keep(null);
  }

  answer(name: string, value: string): void {
    if (!this.filling) return;
    delete this.errors[name];
    this.#keep({ ...this.filling, answers: { ...this.filling.answers, [name]: value } });
  }

  leave(name: string): void {
    this.touched[name] = true;
  }

  wrong(field: FormField): Wrong | null {
    return this.touched[field.name] ? wrongWith(field, this.filling?.answers[field.name] ?? "") : null;
  }

  /** Whether this step's answers fit; else each says why. */
  judge({ fields = [] }: FormStep): boolean {
    for (const { name } of fields) this.touched[name] = true;
    return fields.every((field) => !wrongWith(field, this.filling?.answers[field.name] ?? ""));
  }

  go(at: number): void {
    if (this.filling) this.#keep({ ...this.filling, at });
  }

  back(steps: readonly FormStep[]): void {
    const { filling } = this;
    if (!filling) return;
    const way = pathOf(steps, filling.answers);
    this.go(way[Math.max(0, way.indexOf(filling.at) - 1)] ?? 0);
  }

  /** To the next step; true at the end. */
  next(steps: readonly FormStep[]): boolean {
    const { filling } = this;
    if (!filling || !this.judge(steps[filling.at]!)) return false;
    const following = nextStep(steps, filling.at, filling.answers);
    if (following >= steps.length) return true;
    this.go(following);
    return false;
  }

  async save({ version, value }: Thing<Form>, tell: boolean, floor: number): Promise<boolean> {
    const { filling } = this;
    if (!filling || this.saving) return false;
    this.saving = true;
    this.problem = "";
    const { id, form, answers } = filling;
    try {
      await submitForm(this.business, this.conversation, {
        id,
        form,
        version: filling.version,
        answers,
        tell,
        floor_seq: floor,
      });
      this.stop();
      await this.look();
      this.saved = this.records[0]?.number ?? "";
      return true;
    } catch (error) {
      this.#refused(error, value.steps, filling, version);
      return false;
    } finally {
      this.saving = false;
    }
  }

  async look(): Promise<void> {
    const { business, conversation } = this;
    try {
      this.records = (await readRecords(business, { conversation })).records;
    } catch {
      // What was there stays; the next look finds more.
    }
  }

  /** At the question where there is one, and back at its step. A form that has changed is gone through once more. */
  #refused(error: unknown, steps: readonly FormStep[], filling: Filling, version: number): void {
    const said = sentence(error);
    const field = error instanceof Refused ? error.problem.field : "";
    const place = steps.findIndex(({ fields }) => fields?.some(({ name }) => name === field));
    if (field && place >= 0) {
      this.errors[field] = said;
      this.go(place);
      return;
    }
    this.problem = said;
    if (filling.version !== version) this.#keep({ ...filling, id: randomId(), version, at: 0 });
  }

  #forget(): void {
    this.errors = {};
    this.touched = {};
    this.problem = "";
  }

  #keep(filling: Filling | null): void {
    this.filling = filling;
    writeFilling(this.account, this.conversation, filling);
  }
}
