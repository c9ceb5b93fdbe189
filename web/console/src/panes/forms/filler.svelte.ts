import { loadCatalogue } from "../../actions/catalogue.ts";
import { Refused } from "../../api/http.ts";
import { readRecords, submitForm, type FormRecord } from "../../api/records.ts";
import type { Form, Thing } from "../../api/setup.ts";
import { sentence } from "../../pages/settings/model/refusals.ts";
import { isAbout, readBegun, writeBegun, type Filling } from "../../stores/filling.ts";
import type { Answers } from "../../view/forms.ts";
import { Walk } from "./walk.svelte.ts";

/** One conversation's forms under way, of which one is open, and its records. Kept at every change, for all tabs. */
export class Filler {
  readonly account: string;
  readonly business: string;
  readonly conversation: string;
  readonly walk = new Walk((filling) => this.#keep(filling));
  fillings = $state.raw<readonly Filling[]>([]);
  records = $state.raw<readonly FormRecord[]>([]);
  saving = $state(false);
  problem = $state("");
  /** What else there is to know: the form was changed, or was begun before. */
  notice = $state<"" | "changed" | "resumed">("");
  /** The number of what was just saved. */
  saved = $state("");

  constructor(account: string, business: string, conversation: string) {
    this.account = account;
    this.business = business;
    this.conversation = conversation;
    this.#read();
  }

  /** What another tab did to it. */
  hear(event: StorageEvent): void {
    if (isAbout(event, this.account, this.conversation)) this.#read();
  }

  /** From the begin, or where it was left. */
  open(form: Thing<Form>, answers: Answers): void {
    this.#clear();
    const known = this.fillings.find((one) => one.form === form.id);
    if (!known) return this.walk.begin(form, answers);
    this.notice = "resumed";
    this.walk.show(known);
    this.#keep(known);
  }

  /** Later: what was answered stays. */
  leave(): void {
    this.#clear();
    this.walk.show(null);
    this.#write("");
  }

  discard(form: string): void {
    this.#clear();
    if (this.walk.filling?.form === form) this.walk.show(null);
    this.fillings = this.fillings.filter((one) => one.form !== form);
    this.#write(this.walk.filling?.form ?? "");
  }

  /** The form is another one than when it was begun. */
  renew(form: Thing<Form>): void {
    this.walk.renew(form);
    this.problem = "";
    this.notice = "changed";
  }

  async save({ value }: Thing<Form>, tell: boolean, floor: number): Promise<boolean> {
    const { filling } = this.walk;
    if (!filling || this.saving) return false;
    this.saving = true;
    this.problem = "";
    const { id, form, version, answers } = filling;
    const known = new Set(value.steps.flatMap(({ fields = [] }) => fields.map(({ name }) => name)));
    const asked = Object.fromEntries(Object.entries(answers).filter(([name]) => known.has(name)));
    try {
      const sent = { id, form, version, answers: asked, tell, floor_seq: floor };
      await submitForm(this.business, this.conversation, sent);
      this.discard(form);
      await this.look();
      this.saved = this.records.find((one) => one.form === form)?.number ?? "";
      return true;
    } catch (error) {
      this.#refused(error, value);
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

  /** At the question where there is one. What was changed or removed meanwhile comes with the catalogue. */
  #refused(error: unknown, { steps }: Form): void {
    const said = sentence(error);
    const problem = error instanceof Refused ? error.problem : null;
    if (this.walk.refuse(steps, problem?.field ?? "", said)) return;
    this.problem = said;
    const code = problem?.fault?.code;
    if (code === "form_changed" || code === "form_removed") void loadCatalogue(this.business, ["forms"]);
  }

  #read(): void {
    const { open, fillings } = readBegun(this.account, this.conversation);
    this.fillings = fillings;
    this.walk.show(fillings.find(({ form }) => form === open) ?? null);
  }

  #keep(filling: Filling): void {
    this.fillings = [...this.fillings.filter(({ form }) => form !== filling.form), filling];
    this.#write(filling.form);
  }

  #write(open: string): void {
    writeBegun(this.account, this.conversation, { open, fillings: this.fillings });
  }

  #clear(): void {
    this.saved = this.problem = this.notice = "";
  }
}
