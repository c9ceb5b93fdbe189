import { lastChange } from "../../../api/audit.ts";
import { Refused } from "../../../api/http.ts";
import type { Thing } from "../../../api/setup.ts";
import { differences, onTop, same, type Difference } from "./changes.ts";
import { readDraft, writeDraft } from "./drafts.ts";
import { fieldOf, sentence } from "./refusals.ts";
import type { Resource } from "./resource.svelte.ts";

/** Somebody was faster. `at`: microseconds, 0 where it isn't known. */
export interface Clash<V> {
  readonly by: string;
  readonly at: number;
  readonly theirs: Thing<V>;
  readonly differences: readonly Difference[];
}

/** One thing being written: what it was, what it shall be, and what stands in the way. */
export class Editor<V extends object> {
  draft = $state() as V;
  /** As it was when writing began; `null`: it is a new one. */
  #base = $state.raw<Thing<V> | null>(null);
  /** What nothing written looks like. */
  #start = $state.raw() as V;
  saving = $state(false);
  errors = $state<Record<string, string>>({});
  problem = $state("");
  clash = $state.raw<Clash<V> | null>(null);
  /** Somebody removed it meanwhile. */
  gone = $state(false);
  readonly dirty = $derived(!same(this.draft, this.#start));

  constructor(
    readonly resource: Resource<V>,
    /** Under which what isn't saved is kept. */
    readonly name: string,
    thing: Thing<V> | null,
    blank: V,
  ) {
    this.#base = thing;
    this.#start = thing?.value ?? blank;
    const kept = readDraft<V>(name);
    this.draft = structuredClone(kept?.value ?? this.#start);
    if (kept && thing && kept.version !== thing.version) void this.#meet(kept.version, kept.base, thing);
  }

  get isNew(): boolean {
    return this.#base === null;
  }
  get base(): Thing<V> | null {
    return this.#base;
  }

  /** What isn't saved outlives a reload. */
  keep(): void {
    const value = this.#keepable($state.snapshot(this.draft) as V);
    writeDraft(
      this.name,
      this.dirty ? { version: this.#base?.version ?? 0, base: this.#start, value } : null,
    );
  }

  discard(): void {
    this.draft = structuredClone(this.#start);
    this.errors = {};
    this.problem = "";
    this.clash = null;
    writeDraft(this.name, null);
  }

  /** What it has become, or `null` where it wasn't saved; then the errors say why. */
  async save(): Promise<Thing<V> | null> {
    if (this.saving) return null;
    const { source, business } = this.resource;
    const value = $state.snapshot(this.draft) as V;
    this.saving = true;
    this.errors = {};
    this.problem = "";
    try {
      const isNew = this.#base === null || this.gone;
      const saved = isNew
        ? await source.add!(business, value)
        : await source.change(business, this.#base!, value);
      this.resource.put(saved);
      this.gone = false;
      this.#settle(saved);
      return saved;
    } catch (error) {
      await this.#refused(error);
      return null;
    } finally {
      this.saving = false;
    }
  }

  takeTheirs(): void {
    if (this.clash) this.#settle(this.clash.theirs);
  }

  async keepMine(): Promise<Thing<V> | null> {
    if (!this.clash) return null;
    const { theirs } = this.clash;
    this.draft = (this.resource.source.merge ?? onTop)(
      this.#start,
      $state.snapshot(this.draft) as V,
      theirs.value,
    );
    this.#base = theirs;
    this.#start = theirs.value;
    this.clash = null;
    return this.save();
  }

  #settle(thing: Thing<V>): void {
    this.#base = thing;
    this.#start = thing.value;
    this.discard();
  }

  async #refused(error: unknown): Promise<void> {
    const code = error instanceof Refused ? error.code : "";
    if (code === "conflict" && this.#base) {
      await this.resource.load();
      const theirs = this.resource.find(this.#base.id);
      if (theirs) return this.#meet(this.#base.version, this.#start, theirs);
    }
    if (code === "not_found" && this.#base) {
      this.gone = true;
      return;
    }
    const field = fieldOf(error);
    if (field.split(".")[0]! in this.draft) this.errors = { [field]: sentence(error) };
    else this.problem = sentence(error);
  }

  #keepable(value: V): V {
    const blanks = (this.resource.source.unkept ?? []).map((field) => [field, ""]);
    return { ...value, ...Object.fromEntries(blanks) };
  }

  /** What I wrote over `base` meets what somebody else saved. */
  async #meet(version: number, base: V, theirs: Thing<V>): Promise<void> {
    this.#base = { ...theirs, version, value: base };
    this.#start = base;
    const found = theirs.changed_by
      ? { actor_name: theirs.changed_by, at: theirs.changed_at }
      : await lastChange(this.resource.business, this.resource.source.kind, theirs.id).catch(() => undefined);
    const mine = $state.snapshot(this.draft) as V;
    this.clash = {
      by: found?.actor_name ?? "",
      at: found?.at ?? 0,
      theirs,
      differences: differences(base, mine, theirs.value),
    };
  }
}
