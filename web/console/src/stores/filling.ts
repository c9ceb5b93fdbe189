import { usable } from "@switchboard/protocol";

/** A form that was begun and not saved: where one is, and what is answered. `id`: by which the server knows a repeat; `name` and
 *  `asked` (the questions by their names): as the form was when it was begun. */
export interface Filling {
  readonly id: string;
  readonly form: string;
  readonly version: number;
  readonly name: string;
  readonly asked: Readonly<Record<string, string>>;
  readonly at: number;
  readonly answers: Readonly<Record<string, string>>;
}
/** Those of one conversation. `open`: the form that is on the screen, "" for none. */
export interface Begun {
  readonly open: string;
  readonly fillings: readonly Filling[];
}
interface Kept extends Begun {
  readonly touched: number;
}

const PREFIX = "switchboard:form:";
const KEPT_FOR = 30 * 24 * 3600 * 1000;
/** Conversations. */
const MOST = 100;
const NONE: Begun = { open: "", fillings: [] };
const store = usable(() => localStorage);

/** Of an account: whoever signs in next at this browser finds their own. */
const key = (account: string, conversation: string) => `${PREFIX}${account}:${conversation}`;

export function readBegun(account: string, conversation: string): Begun {
  return parse(store.getItem(key(account, conversation))) ?? NONE;
}

export function writeBegun(
  account: string,
  conversation: string,
  { open, fillings }: Begun,
  now = Date.now(),
): void {
  const name = key(account, conversation);
  try {
    if (fillings.length > 0) store.setItem(name, JSON.stringify({ open, fillings, touched: now }));
    else store.removeItem(name);
  } catch {
    // Full: it lives as long as the page.
  }
}

/** Another tab has gone on with it. */
export const isAbout = (event: StorageEvent, account: string, conversation: string) =>
  event.key === key(account, conversation);

/** Forgets what nobody came back to, and of the rest all but the latest. */
export function dropOldFillings(now = Date.now()): void {
  const names = Array.from({ length: store.length }, (_, index) => store.key(index) ?? "");
  const kept: [string, number][] = [];
  for (const name of names.filter((one) => one.startsWith(PREFIX))) {
    const found = parse(store.getItem(name));
    if (!found || now - found.touched > KEPT_FOR) store.removeItem(name);
    else kept.push([name, found.touched]);
  }
  kept.sort(([, one], [, other]) => other - one);
  for (const [name] of kept.slice(MOST)) store.removeItem(name);
}

function parse(text: string | null): Kept | null {
  try {
    const found = text === null ? null : (JSON.parse(text) as Partial<Kept>);
    const whole =
      typeof found?.touched === "number" && Array.isArray(found.fillings) && found.fillings.every(isFilling);
    return whole ? (found as Kept) : null;
  } catch {
    return null;
  }
}

function isFilling(found: Partial<Filling> | null): boolean {
  return (
    typeof found?.form === "string" && typeof found.answers === "object" && typeof found.asked === "object"
  );
}
