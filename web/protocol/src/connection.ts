import { encode } from "./encode.ts";

/** The part of `WebSocket` that is used here. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  send(data: string): void;
  close(code?: number): void;
}

/** Everything of the outer world that a connection touches; tests bring their own. */
export interface World {
  open(url: string): Socket;
  now(): number;
  after(ms: number, run: () => void): unknown;
  cancel(timer: unknown): void;
  random(): number;
}

/**
 * `waiting`: down, a retry is due. `catching_up`: the line is up, welcome has not come yet.
 * `stopped`: the server refused us for good (1008), or we hung up.
 */
export type LineState = "stopped" | "connecting" | "catching_up" | "online" | "waiting";

export interface ConnectionOptions {
  readonly url: string;
  /** The first frame, made anew for every attempt. */
  readonly hello: () => object;
  readonly onFrame: (frame: { readonly type: string }) => void;
  readonly onState: (state: LineState, reason: string) => void;
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
const PING_EVERY = 20_000;
const SILENCE = 45_000;
const PROBE = 5_000;
const WELCOME_WITHIN = 15_000;
const STEADY_AFTER = 5_000;
const REFUSED = 1008;

/** Full jitter: any time up to the cap, so that a restarted server is not met by everyone at once. */
export function backoff(attempt: number, random: number): number {
  return Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(attempt, 10)) * random;
}

/** A line to the server that comes back by itself. It knows frames by `type` only; who uses it gives them meaning. */
export class Connection {
  #state: LineState = "stopped";
  #socket: Socket | null = null;
  #attempt = 0;
  #retry: unknown = null;
  #beat: unknown = null;
  #deadline: unknown = null;
  #steady: unknown = null;
  #heardAt = 0;
  /** The browser has said that the network is gone, and nothing else since. */
  #gone = false;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly world: World,
  ) {}

  get state(): LineState {
    return this.#state;
  }

  start(): void {
    if (this.#state === "stopped") this.#connect();
  }

  stop(reason = ""): void {
    this.#hangUp();
    this.#become("stopped", reason);
  }

  /**
   * The network is back, or the page is looked at again: try now; a line that seems up is probed. An attempt that was
   * begun without a network may hang until its deadline, so it is made anew.
   */
  wake(): void {
    const hangs = this.#gone && (this.#state === "connecting" || this.#state === "catching_up");
    this.#gone = false;
    if (this.#state === "waiting" || hangs) {
      this.#attempt = 0;
      this.#connect();
    } else if (this.#state === "online" && this.world.now() - this.#heardAt > PROBE) {
      this.send({ type: "ping" });
      this.#expectWithin(PROBE);
    }
  }

  /** The browser says that the network is gone: known at once instead of after the silence. */
  drop(): void {
    this.#gone = true;
    if (this.#state !== "stopped" && this.#state !== "waiting") this.#lost();
  }

  /** Whether the frame left. It does only after welcome; what must not be lost waits in an outbox. */
  send(frame: object): boolean {
    if (this.#state !== "online" || !this.#socket) return false;
    this.#socket.send(encode(frame));
    return true;
  }

  #connect(): void {
    this.#hangUp();
    this.#become("connecting", "");
    let socket: Socket;
    try {
      socket = this.world.open(this.options.url);
    } catch {
      this.#lost();
      return;
    }
    this.#socket = socket;
    this.#expectWithin(WELCOME_WITHIN);
    socket.onopen = () => {
      socket.send(encode(this.options.hello()));
      this.#become("catching_up", "");
    };
    socket.onmessage = ({ data }) => this.#heard(data);
    socket.onclose = ({ code, reason }) => (code === REFUSED ? this.stop(reason) : this.#lost());
  }

  #heard(data: unknown): void {
    this.#heardAt = this.world.now();
    const frame = parse(data);
    if (frame === null) return;
    if (this.#state === "online" || frame.type === "welcome") this.#expectWithin(SILENCE);
    if (frame.type === "welcome" && this.#state === "catching_up") this.#welcomed();
    this.options.onFrame(frame);
  }

  #welcomed(): void {
    this.#become("online", "");
    this.#steady = this.world.after(STEADY_AFTER, () => (this.#attempt = 0));
    const beat = () => {
      this.send({ type: "ping" });
      this.#beat = this.world.after(PING_EVERY, beat);
    };
    this.#beat = this.world.after(PING_EVERY, beat);
  }

  #expectWithin(ms: number): void {
    this.world.cancel(this.#deadline);
    this.#deadline = this.world.after(ms, () => this.#lost());
  }

  #lost(): void {
    this.#hangUp();
    const delay = backoff(this.#attempt++, this.world.random());
    this.#become("waiting", "");
    this.#retry = this.world.after(delay, () => this.#connect());
  }

  #hangUp(): void {
    for (const timer of [this.#retry, this.#beat, this.#deadline, this.#steady]) this.world.cancel(timer);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #become(state: LineState, reason: string): void {
    this.#state = state;
    this.options.onState(state, reason);
  }
}

function parse(data: unknown): { readonly type: string } | null {
  try {
    const frame: unknown = JSON.parse(String(data));
    const known =
      typeof frame === "object" && frame !== null && "type" in frame && typeof frame.type === "string";
    return known ? (frame as { type: string }) : null;
  } catch {
    return null;
  }
}
