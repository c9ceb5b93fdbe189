/**
 * What every page loads: a button. The panel comes on the first open; for a visitor who already has a conversation it
 * comes when the page is idle, so that the badge can tell of new messages.
 */
import { pickLocale } from "@switchboard/protocol/phrases";
import { launcher as en } from "../i18n/en.ts";
import { launcher as ru } from "../i18n/ru.ts";
import type { Panel, PanelModule } from "../panel/main.tsx";
import { takeSeat, type Emit } from "./api.ts";
import { takeArrival } from "./arrival.ts";
import { fitting, readFace, type Invitation } from "./invitations.ts";
import { makeLauncher, type Launcher } from "./launcher.ts";
import { readSettings, type Settings } from "./settings.ts";

/** The panel's file next to this script; set by the build. */
declare const __PANEL__: string;
/** Each language's, for it to come at the same time. */
declare const __WORDS__: Readonly<Record<"en" | "ru", string>>;

function run(script: HTMLScriptElement): void {
  const attributes: Record<string, string> = {};
  const settings = readSettings(script, attributes);
  if (!settings.inbox) {
    console.warn("Switchboard: the script tag has no data-inbox");
    return;
  }
  const seat = takeSeat(settings.inbox);
  const locale = pickLocale([settings.locale], ["en", "ru"], "en");
  const launcher = makeLauncher(settings, locale === "ru" ? ru : en);
  launcher.setColor(settings.color || remembered("localStorage", settings, "color"));

  const source = (file: string) => new URL(file, script.src).href;
  let loading: Promise<Panel> | null = null;
  const panel = () =>
    (loading ??= load([__PANEL__, __WORDS__[locale]].map(source), {
      settings,
      launcher,
      emit: seat.emit,
    }).catch((error: unknown) => {
      loading = null;
      throw error;
    }));
  const act = (run: (panel: Panel) => void) => {
    panel().then(run, () => console.warn("Switchboard: the chat could not be loaded"));
  };

  const drives = seat.drive({
    open: () => act((loaded) => loaded.show()),
    close: () => void loading?.then((loaded) => loaded.hide()),
    toggle: () => act((loaded) => loaded.toggle()),
    // A page that signs its user in or out without loading anew says so here, or changes `data-user` itself.
    identify: (user) => (script.dataset["user"] = user),
    signOut: () => delete script.dataset["user"],
    setAttributes(set) {
      for (const name of Object.keys(set)) attributes[name] = String(set[name] ?? "");
      void loading?.then((loaded) => loaded.describe());
    },
  });
  if (!drives) {
    console.warn(`Switchboard: the page has the chat of ${settings.inbox} already`);
    return;
  }
  // Beside the body: what it is filtered, moved or replaced by is not for us.
  document.documentElement.append(launcher.root.host);
  new MutationObserver(() => void loading?.then((loaded) => loaded.reseat())).observe(script, {
    attributeFilter: ["data-user"],
  });

  const arrive = () => {
    const token = takeArrival(settings.inbox);
    if (token) act((loaded) => loaded.arrive(token));
  };
  addEventListener("hashchange", arrive);
  arrive();
  launcher.button.addEventListener("pointerenter", () => void panel().catch(() => {}), { once: true });
  launcher.button.addEventListener("click", () => act((loaded) => loaded.toggle()));
  if (settings.whole || remembered("sessionStorage", settings, "open"))
    panel().then(
      (loaded) => loaded.show(),
      () => {},
    );
  else if (remembered("localStorage", settings, "known")) whenIdle(() => void panel().catch(() => {}));
  else
    whenIdle(
      () =>
        void readFace(settings).then((face) => {
          if (!face) return;
          if (!settings.color) launcher.setColor(face.color);
          invite(face.invitations);
        }),
    );

  /** Once for each visitor and invitation, whether they take it or put it away. */
  function invite(invitations: readonly Invitation[]): void {
    const seen = remembered("localStorage", settings, "invited").split(" ");
    const one = fitting(invitations, location.pathname, seen);
    if (!one) return;
    const settle = () => remember(settings, "invited", [...seen, one.id].join(" ").trim());
    setTimeout(() => {
      if (loading && remembered("sessionStorage", settings, "open")) return;
      launcher.invite(one.text, {
        accept() {
          settle();
          act((loaded) => loaded.show(one));
        },
        dismiss: settle,
      });
    }, one.after_seconds * 1000);
  }
}

interface Parts {
  readonly settings: Settings;
  readonly launcher: Launcher;
  readonly emit: Emit;
}

async function load(sources: string[], { settings, launcher, emit }: Parts): Promise<Panel> {
  const [module] = await Promise.all(sources.map((source) => import(/* @vite-ignore */ source)));
  return (module as PanelModule).start(settings, launcher, emit);
}

function remembered(kind: "localStorage" | "sessionStorage", settings: Settings, name: string): string {
  try {
    return window[kind].getItem(`switchboard:${settings.inbox}:${name}`) ?? "";
  } catch {
    return "";
  }
}

function remember(settings: Settings, name: string, value: string): void {
  try {
    localStorage.setItem(`switchboard:${settings.inbox}:${name}`, value);
  } catch {
    // Blocked: it is shown again on the next page.
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
