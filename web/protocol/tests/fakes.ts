import type { Socket, World } from "../src/connection.ts";

export class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly sent: { type: string; [field: string]: unknown }[] = [];
  closed = false;

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  close(): void {
    this.closed = true;
  }
  hear(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

/** A world with its own clock: nothing happens until `advance`. */
export class FakeWorld implements World {
  readonly sockets: FakeSocket[] = [];
  time = 0;
  chance = 0.5;
  #timers: { at: number; run: () => void }[] = [];

  open(): FakeSocket {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  }
  now(): number {
    return this.time;
  }
  after(ms: number, run: () => void): object {
    const timer = { at: this.time + ms, run };
    this.#timers.push(timer);
    return timer;
  }
  cancel(timer: unknown): void {
    this.#timers = this.#timers.filter((one) => one !== timer);
  }
  random(): number {
    return this.chance;
  }
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.#timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.time = next.at;
      this.cancel(next);
      next.run();
    }
    this.time = end;
  }
}
