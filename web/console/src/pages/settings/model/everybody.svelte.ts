import { request } from "../../../api/http.ts";
import { at } from "../../../api/setup.ts";
import { session } from "../../../stores/session.svelte.ts";

interface Operator {
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

/** The names of those who work for the business. */
class Everybody {
  #operators = $state.raw<readonly Operator[]>([]);
  readonly options = $derived(this.#operators.map(({ id, name }) => [id, name] as const));

  async load(): Promise<void> {
    const path = at(session.business, "operators");
    try {
      this.#operators = (await request<{ operators: readonly Operator[] }>("GET", path)).operators;
    } catch {
      // names are a help; without them ids stand for people
    }
  }

  name(id: string): string {
    return this.#operators.find((one) => one.id === id)?.name ?? id;
  }
}

export const everybody = new Everybody();
