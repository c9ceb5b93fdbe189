import type { World } from "@switchboard/protocol";

const LASTS = 6_000;
const EVERY = 3_000;

export type Typist = "bot" | "people" | null;

/** Who types: told of us at most every 3 s and taken back after 3 s of rest; heard of others for 6 s. */
export class Typing {
  #who: Typist = null;
  #heard: unknown = null;
  #told = -Infinity;
  #rest: unknown = null;

  constructor(
    private readonly world: World,
    private readonly tell: (on: boolean) => boolean,
    private readonly changed: () => void,
  ) {}

  get who(): Typist {
    return this.#who;
  }

  /** Keys are being pressed here. */
  press(): void {
    const now = this.world.now();
    if (now - this.#told >= EVERY && this.tell(true)) this.#told = now;
    this.world.cancel(this.#rest);
    this.#rest = this.world.after(EVERY, () => this.stop());
  }

  stop(): void {
    this.world.cancel(this.#rest);
    if (this.#told > -Infinity) this.tell(false);
    this.#told = -Infinity;
  }

  hear(who: Typist): void {
    this.world.cancel(this.#heard);
    this.#who = who;
    if (who) this.#heard = this.world.after(LASTS, () => this.hear(null));
    this.changed();
  }
}
