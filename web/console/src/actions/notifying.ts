import { session } from "../stores/session.svelte.ts";

/** Where a notification leads, as the service worker knows it, too. */
export interface Lead {
  readonly conversation: string;
  readonly seq?: number;
  /** Another one than the console shows. */
  readonly business?: string | undefined;
}

export interface Shown {
  close(): void;
}

/** A notification of the open console. `open` is called where the page itself hears the click. */
export function show(
  title: string,
  options: NotificationOptions & { tag: string },
  lead: Lead,
  open: () => void,
): Shown {
  try {
    const one = new Notification(title, options);
    one.onclick = () => (open(), one.close());
    return one;
  } catch {
    return showByWorker(title, options, lead);
  }
}

/** Chrome on Android lets no page show one by itself: its worker does, and tells the page of the click. */
function showByWorker(title: string, options: NotificationOptions & { tag: string }, lead: Lead): Shown {
  const data = {
    ...lead,
    kind: "call",
    tag: options.tag,
    business: lead.business ?? session.business,
    account: session.account,
  };
  inTurn(async (worker) => worker.showNotification(title, { ...options, data }));
  return {
    close() {
      inTurn(async (worker) => {
        for (const one of await worker.getNotifications({ tag: options.tag })) one.close();
      });
    },
  };
}

/** What was shown while the console was closed goes. */
export function closeAll(): void {
  inTurn(async (worker) => {
    for (const one of await worker.getNotifications()) one.close();
  });
}

/** What was asked of the worker last. */
let last: Promise<unknown> = Promise.resolve();

/** One after another: Chromium forgets a notification that it is asked about while it shows it. */
function inTurn(work: (worker: ServiceWorkerRegistration) => Promise<void>): void {
  last = last
    .then(() => navigator.serviceWorker?.ready)
    .then((worker) => worker && work(worker))
    .catch(() => {}); // no longer allowed: nothing is there to close
}
