import { usable } from "@switchboard/protocol";

/** A form that was begun and not saved: where one is, and what is answered. `id`: by which the server knows a repeat. */
export interface Filling {
  readonly id: string;
  readonly form: string;
  readonly version: number;
  readonly at: number;
  readonly answers: Readonly<Record<string, string>>;
}

const PREFIX = "switchboard:form:";
const store = usable(() => localStorage);

/** Of an account: whoever signs in next at this browser finds their own. */
const key = (account: string, conversation: string) => `${PREFIX}${account}:${conversation}`;

export function readFilling(account: string, conversation: string): Filling | null {
  try {
    const found = JSON.parse(store.getItem(key(account, conversation)) ?? "null") as Filling | null;
    return found && typeof found.form === "string" && typeof found.answers === "object" ? found : null;
  } catch {
    return null;
  }
}

export function writeFilling(account: string, conversation: string, filling: Filling | null): void {
  try {
    if (filling) store.setItem(key(account, conversation), JSON.stringify(filling));
    else store.removeItem(key(account, conversation));
  } catch {
    // Full: it lives as long as the page.
  }
}

/** Another tab has gone on with it. */
export const isAbout = (event: StorageEvent, account: string, conversation: string) =>
  event.key === key(account, conversation);
