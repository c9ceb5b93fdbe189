import { alerts } from "../stores/alerts.svelte.ts";
import { desk } from "../stores/desk.svelte.ts";
import { elsewhere } from "../stores/elsewhere.svelte.ts";
import { session } from "../stores/session.svelte.ts";
import { showEvent } from "./older.ts";
import { goTo } from "./session.ts";

/** What the service worker was told, as `public/sw.js` hands it on. */
interface Told {
  readonly type: "hears" | "open";
  readonly account: string;
  readonly business?: string;
  readonly conversation?: string;
  readonly seq?: number;
}

/** Answers the worker, and goes where a notification leads. */
export function heedWorker(): void {
  navigator.serviceWorker?.addEventListener("message", ({ data, ports }: MessageEvent<Told>) => {
    if (data.type === "hears") ports[0]?.postMessage(hears(data));
    else open(data);
  });
}

/** Whether this page itself tells them: then the worker need not. */
function hears({ account, business }: Told): boolean {
  const told = business === session.business || elsewhere.frames.has(business ?? "");
  if (account !== session.account || !told || desk.line !== "online") return false;
  const { settings, permission } = alerts;
  return !document.hidden || settings.sound || (settings.notifications && permission === "granted");
}

function open({ account, business, conversation, seq }: Told): void {
  if (account !== session.account || !business || !conversation) return;
  goTo(business, conversation);
  if (seq && business === session.business) void showEvent(seq);
}
