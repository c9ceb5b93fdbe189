import { usable, type OtherBusiness, type Row } from "@switchboard/protocol";
import type { Call } from "../view/alerts.ts";
import { session } from "./session.svelte.ts";

export type AlertKind = "sound" | "notifications" | "repeat" | "away";
/** Whether this browser is told while the console is closed. */
export type Away = "unsupported" | "blocked" | "off" | "on" | "failed";

const store = usable(() => localStorage);
const USUAL: Readonly<Record<AlertKind, boolean>> = {
  sound: true,
  notifications: true,
  repeat: true,
  away: false,
};

/** Who calls, and how this person wants to be told. */
class Alerts {
  calls = $state.raw<ReadonlyMap<string, Call>>(new Map());
  /** Notes that name this person and were not looked at. */
  mentions = $state.raw<
    readonly {
      readonly conversation: string;
      readonly seq: number;
      readonly by: string;
      /** Another one than the console shows, or "". */
      readonly business: string;
    }[]
  >([]);
  /** Where this person is asked to join. */
  invites = $state.raw<ReadonlyMap<string, { readonly row: Row; readonly at?: OtherBusiness }>>(new Map());
  settings = $state<Record<AlertKind, boolean>>({ ...USUAL });
  permission = $state<NotificationPermission>("default");
  away = $state<Away>("off");
  /** Where that failed: why. */
  why = $state("");
  /** The first call came, and the browser was never asked. */
  asks = $state(false);

  /** What this account chose in this browser. */
  load(): void {
    this.settings = { ...USUAL, ...parse(store.getItem(this.#key)) };
    this.permission = "Notification" in globalThis ? Notification.permission : "denied";
  }

  set(kind: AlertKind, on: boolean): void {
    this.settings[kind] = on;
    store.setItem(this.#key, JSON.stringify(this.settings));
  }

  /** They said "not now": asked again when they sign in next. */
  get wasAsked(): boolean {
    return this.#asked === session.account;
  }
  markAsked(): void {
    this.#asked = session.account;
    this.asks = false;
  }

  #asked = "";

  get #key(): string {
    return `switchboard:alerts:${session.account}`;
  }
}

function parse(text: string | null): Partial<Record<AlertKind, boolean>> {
  try {
    return text === null ? {} : (JSON.parse(text) as Partial<Record<AlertKind, boolean>>);
  } catch {
    return {};
  }
}

export const alerts = new Alerts();
