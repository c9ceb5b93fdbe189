interface Guarded {
  readonly dirty: boolean;
  readonly discard: () => void;
}

/** Asks before somebody leaves what they wrote and did not save. */
class Guard {
  #guarded = $state.raw<Guarded | null>(null);
  /** What shall be done once they have answered. */
  asks = $state.raw<(() => void) | null>(null);

  watch(one: Guarded): () => void {
    this.#guarded = one;
    return () => {
      if (this.#guarded === one) this.#guarded = null;
    };
  }

  /** Does it at once where nothing would be left behind. */
  pass(then: () => void): void {
    if (this.#guarded?.dirty) this.asks = then;
    else then();
  }

  get dirty(): boolean {
    return this.#guarded?.dirty ?? false;
  }

  stay(): void {
    this.asks = null;
  }

  /** `discard`: what was written is thrown away; else it waits as a draft. */
  leave(how: "discard" | "keep"): void {
    if (how === "discard") this.#guarded?.discard();
    const then = this.asks;
    this.#guarded = null;
    this.asks = null;
    then?.();
  }
}

export const guard = new Guard();
