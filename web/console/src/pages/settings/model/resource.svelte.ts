import { Refused } from "../../../api/http.ts";
import type { Source, Thing } from "../../../api/setup.ts";
import { notices } from "./notices.svelte.ts";
import { sentence } from "./refusals.ts";

const UNDO_WITHIN = 7_000;

/** The things of one kind that a business has. */
export class Resource<V extends object> {
  #things = $state.raw<readonly Thing<V>[]>([]);
  /** Taken off the list, and not yet removed. */
  #leaving = $state.raw<ReadonlyMap<string, ReturnType<typeof setTimeout>>>(new Map());
  phase = $state<"loading" | "ready" | "failed">("loading");
  problem = $state("");
  readonly things = $derived(this.#things.filter(({ id }) => !this.#leaving.has(id)));

  constructor(
    readonly source: Source<V>,
    readonly business: string,
  ) {}

  find(id: string): Thing<V> | undefined {
    return this.things.find((thing) => thing.id === id);
  }

  /** Reads all; what is shown stays until then. */
  async load(): Promise<void> {
    if (this.phase === "failed") this.phase = "loading";
    try {
      this.#set(await this.source.read(this.business));
      this.phase = "ready";
    } catch (error) {
      this.problem = sentence(error);
      if (this.phase === "loading") this.phase = "failed";
    }
  }

  /** What was saved, in its place. */
  put(thing: Thing<V>): void {
    this.#set([...this.#things.filter(({ id }) => id !== thing.id), thing]);
  }

  drop(id: string): void {
    this.#set(this.#things.filter((thing) => thing.id !== id));
  }

  /** Removes at once. Throws what the server refuses. */
  async remove(thing: Thing<V>): Promise<void> {
    try {
      await this.source.remove?.(this.business, thing);
    } catch (error) {
      if (!(error instanceof Refused && error.code === "not_found")) throw error;
    }
    this.drop(thing.id);
  }

  /** Takes it off the list; it is removed once nobody wanted it back for a while. `words`: what to say of it. */
  removeSoon(thing: Thing<V>, words: string): void {
    const timer = setTimeout(() => void this.#finish(thing), UNDO_WITHIN);
    this.#leaving = new Map(this.#leaving).set(thing.id, timer);
    notices.show(words, () => this.#keep(thing.id));
  }

  /** Whoever leaves the page meant what they did. */
  leave(): void {
    for (const [id, timer] of this.#leaving) {
      clearTimeout(timer);
      const thing = this.#things.find((one) => one.id === id);
      if (thing) void this.#finish(thing);
    }
  }

  async #finish(thing: Thing<V>): Promise<void> {
    try {
      await this.remove(thing);
      notices.hide();
    } catch (error) {
      notices.show(sentence(error));
      await this.load();
    }
    this.#keep(thing.id);
  }

  #keep(id: string): void {
    clearTimeout(this.#leaving.get(id));
    this.#leaving = new Map([...this.#leaving].filter(([one]) => one !== id));
  }

  #set(things: readonly Thing<V>[]): void {
    this.#things = things.toSorted((a, b) => nameOf(a.value).localeCompare(nameOf(b.value)));
  }
}

/** Most kinds have a name by which they are listed. */
export function nameOf(value: object): string {
  return "name" in value ? String(value.name) : "";
}
