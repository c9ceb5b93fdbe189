/**
 * What every page loads: a button. The panel comes on the first open; for a visitor who already has a conversation it
 * comes when the page is idle, so that the badge can tell of new messages.
 */
import { pickLocale } from "@switchboard/protocol/phrases";
import { launcher as en } from "../i18n/en.ts";
import { launcher as ru } from "../i18n/ru.ts";
import type { Panel, PanelModule } from "../panel/main.ts";
import { makeLauncher, type Launcher } from "./launcher.ts";
import { readSettings, type Settings } from "./settings.ts";

/** The panel's file next to this script; set by the build. */
declare const __PANEL__: string;

declare global {
  interface Window {
    switchboard?: { identify(user: string): void; signOut(): void };
  }
}

function run(script: HTMLScriptElement): void {
  const settings = readSettings(script);
  if (!settings.inbox) {
    console.warn("Switchboard: the script tag has no data-inbox");
    return;
  }
  const locale = pickLocale([settings.locale], ["en", "ru"], "en");
  const launcher = makeLauncher(settings, locale === "ru" ? ru : en);
  launcher.setColor(settings.color || remembered("localStorage", settings, "color"));
  document.body.append(launcher.root.host);

  const source = new URL(__PANEL__, script.src).href;
  let loading: Promise<Panel> | null = null;
  const panel = () =>
    (loading ??= load(source, settings, launcher).catch((error: unknown) => {
      loading = null;
      throw error;
    }));

  // A page that signs its user in or out without loading anew says so here, or changes `data-user` itself.
  window.switchboard = {
    identify: (user) => (script.dataset["user"] = user),
    signOut: () => delete script.dataset["user"],
  };
  new MutationObserver(() => void loading?.then((loaded) => loaded.reseat())).observe(script, {
    attributeFilter: ["data-user"],
  });

  launcher.button.addEventListener("pointerenter", () => void panel().catch(() => {}), { once: true });
  launcher.button.addEventListener("click", () => {
    panel().then(
      (loaded) => loaded.toggle(),
      () => console.warn("Switchboard: the chat could not be loaded"),
    );
  });
  if (remembered("sessionStorage", settings, "open"))
    panel().then(
      (loaded) => loaded.show(),
      () => {},
    );
  else if (remembered("localStorage", settings, "known")) whenIdle(() => void panel().catch(() => {}));
}

async function load(source: string, settings: Settings, launcher: Launcher): Promise<Panel> {
  const module = (await import(/* @vite-ignore */ source)) as PanelModule;
  return module.start(settings, launcher);
}

function remembered(kind: "localStorage" | "sessionStorage", settings: Settings, name: string): string {
  try {
    return window[kind].getItem(`switchboard:${settings.inbox}:${name}`) ?? "";
  } catch {
    return "";
  }
}

function whenIdle(run: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(run, { timeout: 5_000 });
  else setTimeout(run, 2_000);
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.body) run(script);
  else addEventListener("DOMContentLoaded", () => run(script), { once: true });
}
