import { browserWorld, problemCode, randomId, socketUrl, usable, wakeWithPage } from "@switchboard/protocol";
import { mount } from "svelte";
import { has, language } from "../i18n/index.ts";
import type { Launcher } from "../loader/launcher.ts";
import type { Settings } from "../loader/settings.ts";
import { Chat } from "../model/chat.ts";
import PanelView from "./Panel.svelte";
import css from "./panel.css?inline";
import { followViewport } from "./viewport.ts";

export interface Panel {
  show(): void;
  toggle(): void;
}
export interface PanelModule {
  start(settings: Settings, launcher: Launcher): Panel;
}

/** Puts the panel beside the launcher, closed, and gets on the line. */
export function start(settings: Settings, launcher: Launcher): Panel {
  const local = usable(() => localStorage);
  const session = usable(() => sessionStorage);
  const name = (key: string) => `switchboard:${settings.inbox}:${key}`;

  let token = local.getItem(name("token"));
  if (!token) local.setItem(name("token"), (token = randomId(32)));

  const { locale, say } = language(settings.locale);
  const chat = new Chat({
    url: socketUrl(settings.origin, "/api/v1/widget/socket"),
    inbox: settings.inbox,
    locale,
    token,
    storage: local,
    world: browserWorld,
    page: () => ({ url: location.href, title: document.title, referrer: document.referrer }),
    newId: () => randomId(),
    explain: (problem) => {
      const key = `problem.${problemCode(problem)}`;
      return has(key) ? say(key) : say("mark.failed");
    },
    onRefused: (reason) => console.warn(`Switchboard: ${reason}`),
  });

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  launcher.root.adoptedStyleSheets = [...launcher.root.adoptedStyleSheets, sheet];
  const place = document.createElement("div");
  launcher.frame.prepend(place);

  let open = false;
  const setOpen = (value: boolean) => {
    open = value;
    if (open) session.setItem(name("open"), "1");
    else session.removeItem(name("open"));
    launcher.setOpen(open);
    view.setOpen(open);
    look();
    if (!open) launcher.button.focus({ preventScroll: true });
  };
  const look = () => chat.look(open && document.visibilityState === "visible");

  const view = mount(PanelView, {
    target: place,
    props: {
      chat,
      locale,
      say,
      name: settings.name,
      draft: draftIn(session, name("draft")),
      address: (path: string) => new URL(path, settings.origin).href,
      close: () => setOpen(false),
    },
  }) as { setOpen(open: boolean): void };

  document.addEventListener("visibilitychange", look);
  wakeWithPage(chat.connection);
  followViewport(launcher.frame);
  chat.subscribe((shown) => {
    launcher.setUnread(shown.unread);
    if (shown.status !== null) local.setItem(name("known"), "1");
    if (shown.inbox && !settings.color) {
      launcher.setColor(shown.inbox.color);
      local.setItem(name("color"), shown.inbox.color);
    }
  });
  chat.start();
  return { show: () => setOpen(true), toggle: () => setOpen(!open) };
}

export interface Draft {
  read(): string;
  write(text: string): void;
}

function draftIn(session: ReturnType<typeof usable>, key: string): Draft {
  return {
    read: () => session.getItem(key) ?? "",
    write: (text) => (text ? session.setItem(key, text) : session.removeItem(key)),
  };
}
