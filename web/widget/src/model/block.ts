import type { World } from "@switchboard/protocol";

/** Milliseconds between two times that it is asked whether a block still holds. */
const ASK_AGAIN = 15_000;

/** That a business takes nothing of whoever sits here: for now, or for good. It is lifted on the server, which tells whoever
 * asks: when its time is over, and when the chat is looked at again. */
export class Block {
  kind: "" | "now" | "good" = "";
  #timer: unknown = null;
  #asked = 0;

  /** `ask`: come again, and hear how it is. */
  constructor(
    private readonly world: World,
    private readonly ask: () => void,
  ) {}

  /** `until` in microseconds; null: for good; undefined: none. */
  hear(until: number | null | undefined): void {
    this.world.cancel(this.#timer);
    this.kind = until === undefined ? "" : until === null ? "good" : "now";
    if (this.kind === "" || this.#asked === 0) this.#asked = this.world.now();
    if (typeof until === "number")
      this.#timer = this.world.after(Math.max(until / 1000 - this.world.now(), ASK_AGAIN), () =>
        this.#again(),
      );
  }

  /** The chat is looked at. */
  look(): void {
    if (this.kind !== "" && this.world.now() - this.#asked >= ASK_AGAIN) this.#again();
  }

  #again(): void {
    this.#asked = this.world.now();
    this.ask();
  }
}
