import { encode } from "./encode.ts";

/** The part of `Storage` that is used here: the browser's own, or a map where that is blocked. */
export interface KeyStore {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What waits for its acknowledgement. `at` orders it, `error` is set once it was refused for good. */
export interface Letter<Body> {
  readonly id: string;
  readonly at: number;
  readonly body: Body;
  readonly error: string | null;
}

/**
 * Messages that the server has not acknowledged. Each is on disk under a key of its own before it is sent, so neither
 * a reload nor a second tab loses it; the id makes sending twice harmless.
 */
export class Outbox<Body> {
  readonly #letters = new Map<string, Letter<Body>>();

  constructor(
    private readonly storage: KeyStore,
    private readonly prefix: string,
  ) {
    for (const letter of this.#stored()) this.#letters.set(letter.id, letter);
  }

  all(): readonly Letter<Body>[] {
    return [...this.#letters.values()].sort((a, b) => a.at - b.at);
  }

  /** Those that are to be sent (again). */
  due(): readonly Letter<Body>[] {
    return this.all().filter((letter) => letter.error === null);
  }

  get(id: string): Letter<Body> | undefined {
    return this.#letters.get(id);
  }

  /** Behind all that waits: a phone that is told the time anew when its network returns may put its clock back. */
  put(id: string, at: number, body: Body): Letter<Body> {
    const latest = Math.max(...[...this.#letters.values()].map((letter) => letter.at));
    return this.#write({ id, at: Math.max(at, latest + 1), body, error: null });
  }

  fail(id: string, error: string): void {
    const letter = this.#letters.get(id);
    if (letter) this.#write({ ...letter, error });
  }

  /** A failed one is to be sent again, under the same id. */
  revive(id: string): Letter<Body> | undefined {
    const letter = this.#letters.get(id);
    return letter && this.#write({ ...letter, error: null });
  }

  /** Acknowledged or given up. */
  drop(id: string): void {
    this.#letters.delete(id);
    try {
      this.storage.removeItem(this.prefix + id);
    } catch {
      // Storage was switched off meanwhile: nothing is left to remove.
    }
  }

  #write(letter: Letter<Body>): Letter<Body> {
    this.#letters.set(letter.id, letter);
    try {
      this.storage.setItem(this.prefix + letter.id, encode(letter));
    } catch {
      // Full or blocked: it lives in memory until the page goes.
    }
    return letter;
  }

  #stored(): Letter<Body>[] {
    const found: Letter<Body>[] = [];
    try {
      for (let index = 0; index < this.storage.length; index++) {
        const key = this.storage.key(index);
        if (!key?.startsWith(this.prefix)) continue;
        const letter = parse<Letter<Body>>(this.storage.getItem(key));
        if (letter && typeof letter.id === "string") found.push(letter);
      }
    } catch {
      return found;
    }
    return found;
  }
}

function parse<T>(text: string | null): T | null {
  try {
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

/** A store that lasts as long as the page, for where the browser gives none. */
export class MemoryStore implements KeyStore {
  readonly #items = new Map<string, string>();

  get length(): number {
    return this.#items.size;
  }
  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }
  removeItem(key: string): void {
    this.#items.delete(key);
  }
}

/** `storage` if it can be written, else memory. Even reading the property throws where storage is blocked. */
export function usable(storage: () => KeyStore): KeyStore {
  try {
    const store = storage();
    const probe = "switchboard:probe";
    store.setItem(probe, "1");
    store.removeItem(probe);
    return store;
  } catch {
    return new MemoryStore();
  }
}
