/** What the page can do with its widget, and hear of it: `window.switchboard` (docs/widget.md). */
export interface Heard {
  open: undefined;
  close: undefined;
  message: { author: "bot" | "operator"; name: string; text: string };
  unread: number;
  user: { reason: "expired" | "refused" };
}
export type Emit = <Name extends keyof Heard>(name: Name, value: Heard[Name]) => void;

export interface Driver {
  open(): void;
  close(): void;
  toggle(): void;
  identify(user: string): void;
  signOut(): void;
  setAttributes(attributes: Record<string, unknown>): void;
}

export interface Widget extends Driver {
  /** Returns how to stop it. */
  on<Name extends keyof Heard>(name: Name, handler: (value: Heard[Name]) => void): () => void;
}

interface Seat {
  readonly widget: Widget;
  /** False where the inbox has its widget on this page already. */
  drive(driver: Driver): boolean;
  readonly emit: Emit;
}

/** The widget of the first script on the page; `widget` is that of any inbox, also before its script has loaded. */
export interface Switchboard extends Widget {
  widget(inbox: string): Widget;
  push(run: (switchboard: Switchboard) => void): void;
  /** For our own scripts. */
  seat(inbox: string): Seat;
}

declare global {
  interface Window {
    switchboard?: Switchboard | ((switchboard: Switchboard) => void)[];
  }
}

const CALLS = ["open", "close", "toggle", "identify", "signOut", "setAttributes"] as const;

function makeSeat(): Seat {
  let driver: Driver | null = null;
  const waiting: (() => void)[] = [];
  const handlers = new Set<readonly [keyof Heard, (value: never) => void]>();
  const widget: Partial<Record<string, unknown>> = {
    on(name: keyof Heard, handler: (value: never) => void) {
      const entry = [name, handler] as const;
      handlers.add(entry);
      return () => handlers.delete(entry);
    },
  };
  for (const call of CALLS)
    widget[call] = (value: never) => {
      if (driver) driver[call](value);
      else waiting.push(() => driver![call](value));
    };
  return {
    widget: widget as unknown as Widget,
    drive(found) {
      if (driver) return false;
      driver = found;
      for (const run of waiting.splice(0)) attempt(run);
      return true;
    },
    emit(name, value) {
      for (const [wanted, handler] of [...handlers])
        if (wanted === name) attempt(() => handler(value as never));
    },
  };
}

/** The page's own code may fail; ours goes on. */
function attempt(run: () => void): void {
  try {
    run();
  } catch (error) {
    console.error(error);
  }
}

/** The page's `window.switchboard`, made by the first script; calls that a page queued before run now. */
export function takeSeat(inbox: string): Seat {
  const before = window.switchboard;
  if (before && "seat" in before) return before.seat(inbox);
  const seats = new Map<string, Seat>();
  const seat = (name: string) => seats.get(name) ?? (seats.set(name, makeSeat()), seats.get(name)!);
  const made: Switchboard = {
    ...seat(inbox).widget,
    seat,
    widget: (name) => seat(name).widget,
    push: (run) => attempt(() => run(made)),
  };
  window.switchboard = made;
  if (before) for (const run of before) made.push(run);
  return seat(inbox);
}
