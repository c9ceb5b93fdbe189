import { Refused } from "../api/http.ts";
import * as api from "../api/push.ts";
import { alerts, type AlertKind, type Away } from "../stores/alerts.svelte.ts";
import { preferences } from "../stores/preferences.svelte.ts";
import { closeAll } from "./notifying.ts";
import { sentenceOf } from "./problems.ts";
import { registration } from "./registration.ts";

/** The worker that is told while the console is closed, where this browser can have one. */
async function registered(): Promise<ServiceWorkerRegistration | undefined> {
  return "PushManager" in globalThis && "Notification" in globalThis ? registration : undefined;
}

/** The console has opened: what was told meanwhile is on its own screen now, and this browser goes on being told. */
export async function keepPush(): Promise<void> {
  closeAll();
  const worker = await registered();
  if (!worker) alerts.away = "unsupported";
  else if (Notification.permission === "denied") alerts.away = "blocked";
  else if (!alerts.settings.away || Notification.permission !== "granted") alerts.away = "off";
  else alerts.away = await outcome(() => subscribe(worker), "on");
}

/** Asks the browser's permission, now that its reason is before their eyes. */
export async function turnPushOn(): Promise<void> {
  const worker = await registered();
  if (!worker) return void (alerts.away = "unsupported");
  alerts.permission = await Notification.requestPermission();
  if (alerts.permission === "denied") return void (alerts.away = "blocked");
  if (alerts.permission !== "granted") return void (alerts.away = "off");
  alerts.away = await outcome(() => subscribe(worker), "on");
  alerts.set("away", true);
}

export async function turnPushOff(): Promise<void> {
  alerts.set("away", false);
  const worker = await registered();
  alerts.away = await outcome(api.unsubscribe, "off");
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
}

/** How this person wants to be told; what is told while the console is closed follows it. */
export function chooseAlert(kind: AlertKind, on: boolean): void {
  alerts.set(kind, on);
  if (kind === "repeat" && alerts.away === "on") void keepPush();
}

/** "" where it was sent, and comes by the browser's push service, as a customer's would; else why it was not. */
export async function tryPush(): Promise<string> {
  return api.sendTest().then(() => "", sentenceOf);
}

async function subscribe({ pushManager }: ServiceWorkerRegistration): Promise<void> {
  const { key } = await api.readPush();
  let known = await pushManager.getSubscription();
  if (known && text(known.options.applicationServerKey) !== key) {
    await known.unsubscribe(); // made for another installation at this address
    known = null;
  }
  known ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await api.subscribe(known.toJSON(), preferences.locale, alerts.settings.repeat);
}

async function outcome(work: () => Promise<unknown>, done: Away): Promise<Away> {
  return work().then(
    () => done,
    (error: unknown) => {
      // What the browser itself throws is in words of its maker's.
      alerts.why = error instanceof Refused ? sentenceOf(error) : preferences.say("alert.away_failed");
      return "failed" as const;
    },
  );
}

/** Base64url, as the server writes a key. */
function text(key: ArrayBuffer | null): string {
  const letters = btoa(String.fromCharCode(...new Uint8Array(key ?? new ArrayBuffer())));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
