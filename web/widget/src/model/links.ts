import {
  renewAfter,
  type LinkFrame,
  type LinkWanted,
  type RefusedFrame,
  type World,
} from "@switchboard/protocol";

const TRY_AGAIN_AFTER = 5_000;

/**
 * Links to the files that are shown, asked for one after the other, so that a long log is no flood, and anew before
 * they expire.
 */
export class Links {
  readonly #found = new Map<string, string>();
  readonly #refused = new Set<string>();
  readonly #wanted: string[] = [];
  #asked: LinkWanted | null = null;

  constructor(
    private readonly world: World,
    private readonly newId: () => string,
    private readonly send: (frame: LinkWanted) => boolean,
    private readonly changed: () => void,
  ) {}

  /** By file: the path under which it can be had now. */
  get all(): ReadonlyMap<string, string> {
    return new Map(this.#found);
  }

  want(file: string): void {
    if (this.#found.has(file) || this.#refused.has(file) || this.#wanted.includes(file)) return;
    this.#wanted.push(file);
    this.#ask();
  }

  /** Whoever comes next has no right to them. */
  forget(): void {
    this.#found.clear();
    this.#refused.clear();
    this.#wanted.length = 0;
    this.#asked = null;
  }

  /** The line is up (again): what was asked on the old one is not answered any more. */
  welcomed(): void {
    this.#asked = null;
    this.#ask();
  }

  heard(frame: LinkFrame): void {
    if (frame.id !== this.#asked?.id) return;
    this.#answered();
    this.#found.set(frame.file, frame.url);
    this.world.after(renewAfter(frame.until, this.world.now()), () => {
      if (!this.#found.has(frame.file)) return;
      this.#wanted.push(frame.file);
      this.#ask();
    });
    this.changed();
  }

  /** Whether the refusal was of a link. `later`: it may be given another time. */
  refused(frame: RefusedFrame, later: boolean): boolean {
    if (frame.id !== this.#asked?.id) return false;
    if (later) {
      this.#asked = null;
      this.world.after(TRY_AGAIN_AFTER * (1 + this.world.random()), () => this.#ask());
    } else {
      this.#refused.add(this.#asked.file);
      this.#answered();
    }
    return true;
  }

  #answered(): void {
    this.#asked = null;
    this.#wanted.shift();
    this.#ask();
  }

  #ask(): void {
    const file = this.#wanted[0];
    if (this.#asked || file === undefined) return;
    const frame: LinkWanted = { type: "link", id: this.newId(), file };
    if (this.send(frame)) this.#asked = frame;
  }
}
