import { fieldOf, sentence } from "../settings/model/refusals.ts";

/** Something asked of the server by a form: on its way, or what stands in its way. */
export class Task {
  busy = $state(false);
  problem = $state("");
  errors = $state.raw<Readonly<Record<string, string>>>({});

  /** `fields`: those beside which an error can stand. Whether it was done. */
  async run(work: () => Promise<unknown>, fields: readonly string[] = []): Promise<boolean> {
    this.busy = true;
    this.problem = "";
    this.errors = {};
    try {
      await work();
      return true;
    } catch (error) {
      const field = fieldOf(error);
      if (fields.includes(field)) this.errors = { [field]: sentence(error) };
      else this.problem = sentence(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
