import type { World } from "@switchboard/protocol";

const LASTS = 6_000;
const EVERY = 3_000;

export type Typist = "bot" | "people" | null;

const DRAFT_EVERY = 700;
/** Characters of the draft that are told. */
const DRAFT = 500;

/** Who types: told of us at most every 3 s (with the words, where those are wanted: every 0.7 s) and taken back after 3 s of
 * rest; heard of others for 6 s. */
export class Typing {
  #who: Typist = null;
  #heard: unknown = null;
  #told = -Infinity;
  #rest: unknown = null;
  #later: unknown = null;

  constructor(
    private readonly world: World,
    private readonly tell: (on: boolean, text: string) => boolean,
    private readonly changed: () => void,
  ) {}

  get who(): Typist {
    return this.#who;
  }

  /** Keys are being pressed here. `draft`: what stands there now, or `null` where that isn't told. */
  press(draft: string | null = null): void {
    const now = this.world.now();
    const text = draft?.slice(-DRAFT) ?? "";
    this.world.cancel(this.#later);
    if (now - this.#told >= (draft === null ? EVERY : DRAFT_EVERY)) {
      if (this.tell(true, text)) this.#told = now;
    } else if (draft !== null) this.#later = this.world.after(DRAFT_EVERY, () => this.press(draft));
    this.world.cancel(this.#rest);
    this.#rest = this.world.after(EVERY, () => this.stop());
  }

  stop(): void {
    this.world.cancel(this.#rest);
    this.world.cancel(this.#later);
    if (this.#told > -Infinity) this.tell(false, "");
    this.#told = -Infinity;
  }

  hear(who: Typist): void {
    this.world.cancel(this.#heard);
    this.#who = who;
    if (who) this.#heard = this.world.after(LASTS, () => this.hear(null));
    this.changed();
  }
}
