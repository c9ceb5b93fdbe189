import { encode, type KeyStore } from "@switchboard/protocol";

/**
 * What became of who sits here: `same`; `again`: the same person with another word of the page for it; `other`:
 * somebody else, or nobody any more; `stale`: this page speaks of someone who has left, only a new one can know more.
 */
export type Seating = "same" | "again" | "other" | "stale";

/** Kept in the browser. `box`: where unsent words wait; `user`: as whom they are signed in, or "". */
interface Seat {
  readonly token: string;
  readonly box: string;
  readonly user: string;
  /** Marks of the tokens that spoke for the user; none of them counts any more once the user has left. */
  readonly seen: readonly string[];
}

export interface SeatsOptions {
  readonly storage: KeyStore;
  /** `switchboard:<inbox>:` */
  readonly prefix: string;
  /** The page's own word of who sits here, a JWT, or "". */
  readonly page: () => string;
  readonly newToken: () => string;
  readonly newBox: () => string;
  /** Drops what is kept elsewhere of whoever had this box. */
  readonly forget: (box: string) => void;
}

const REMEMBERED = 64;

/** Who sits at this browser. Nobody inherits the seat of a user: neither the next user, nor whoever comes back. */
export class Seats {
  #seat: Seat;
  #word = "";
  #stale = false;

  constructor(private readonly options: SeatsOptions) {
    this.#seat = this.#stored() ?? this.#anew("");
    this.take();
  }

  get token(): string {
    return this.#seat.token;
  }
  /** The page's word that counts, or "". */
  get user(): string {
    return this.#word;
  }
  get stale(): boolean {
    return this.#stale;
  }
  get box(): string {
    return this.#seat.box;
  }
  get outbox(): string {
    return `${this.options.prefix}outbox:${this.#seat.box}:`;
  }

  /** Sits down as the page says now. A page that names nobody after a user signs that user out. */
  take(): Seating {
    const before = this.#seat;
    const spoken = this.#word;
    const word = this.options.page();
    if (word && this.#left().includes(mark(word))) return this.#gone();
    const stored = this.#stored() ?? this.#seat;
    const user = word && subject(word);
    this.#stale = false;
    this.#word = word;
    if (stored.user && stored.user !== user) {
      this.#leave(stored);
      this.#keep(this.#anew(user, word));
    } else if (stored.user) {
      this.#keep({ ...stored, seen: remember(stored.seen, [mark(word)]) });
    } else {
      this.#keep(stored); // whoever signs in keeps the seat until the server has heard of it: see `settle`
    }
    if (this.#seat.box !== before.box) return "other";
    return word === spoken ? "same" : "again";
  }

  /** Another page of this browser may have changed who sits here; this one doesn't know who it is now. */
  look(): Seating {
    const stored = this.#stored();
    // A site that clears its storage says nothing of a visitor whom it doesn't know.
    const same = stored ? stored.box === this.#seat.box && stored.user === this.#seat.user : !this.#seat.user;
    return same || this.#stale ? "same" : this.#gone();
  }

  /** The server knows the user: what the anonymous token opened is theirs, and a new one takes its place. */
  settle(): void {
    const user = this.#word && subject(this.#word);
    if (!user || this.#seat.user) return;
    this.#keep({ ...this.#seat, user, token: this.options.newToken(), seen: [mark(this.#word)] });
  }

  #anew(user: string, word = ""): Seat {
    const { newToken, newBox } = this.options;
    return { token: newToken(), box: newBox(), user, seen: word ? [mark(word)] : [] };
  }

  /** Drops all that is kept of a user, and every word that spoke for them. */
  #leave(seat: Seat): void {
    const { storage, prefix } = this.options;
    storage.setItem(`${prefix}left`, encode(remember(this.#left(), seat.seen)));
    storage.removeItem(`${prefix}known`);
    storage.removeItem(`${prefix}agreed:${seat.box}`);
    this.options.forget(seat.box);
    const keys: (string | null)[] = [];
    for (let index = 0; index < storage.length; index++) keys.push(storage.key(index));
    for (const key of keys) if (key?.startsWith(`${prefix}outbox:${seat.box}:`)) storage.removeItem(key);
  }

  #gone(): Seating {
    this.#stale = true;
    this.#word = "";
    this.#seat = { token: "", box: this.options.newBox(), user: "", seen: [] };
    return "stale";
  }

  #keep(seat: Seat): void {
    this.#seat = seat;
    this.options.storage.setItem(`${this.options.prefix}seat`, encode(seat));
  }

  #stored(): Seat | null {
    const seat = parse(this.options.storage.getItem(`${this.options.prefix}seat`)) as Partial<Seat> | null;
    return seat?.token && seat.box && Array.isArray(seat.seen) ? (seat as Seat) : null;
  }

  #left(): readonly string[] {
    const left = parse(this.options.storage.getItem(`${this.options.prefix}left`));
    return Array.isArray(left) ? (left as string[]) : [];
  }
}

/** A token's signature: it tells one from another, and nobody can use it. */
function mark(word: string): string {
  return word.slice(-43);
}

/** Whom a JWT names. Only the server can tell whether that is true. */
function subject(word: string): string {
  const body = word.split(".")[1] ?? "";
  try {
    const bytes = Uint8Array.from(atob(body.replace(/-/g, "+").replace(/_/g, "/")), (one) =>
      one.charCodeAt(0),
    );
    const { sub } = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown };
    return typeof sub === "string" && sub ? sub : mark(word);
  } catch {
    return mark(word);
  }
}

function remember(known: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...known, ...more])].slice(-REMEMBERED);
}

function parse(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
