import { browserWorld, problemCode, randomId, socketUrl, usable, wakeWithPage } from "@switchboard/protocol";
import { mount, unmount } from "svelte";
import { language } from "../i18n/index.ts";
import type { Launcher } from "../loader/launcher.ts";
import type { Settings } from "../loader/settings.ts";
import { Chat } from "../model/chat.ts";
import { Seats, type Seating } from "../model/seats.ts";
import PanelView from "./Panel.svelte";
import css from "./panel.css?inline";
import { followViewport } from "./viewport.ts";

export interface Panel {
  show(): void;
  toggle(): void;
  /** The page says anew who sits here. */
  reseat(): void;
}
export interface PanelModule {
  start(settings: Settings, launcher: Launcher): Promise<Panel>;
}

/** Puts the panel beside the launcher, closed, and gets on the line. */
export async function start(settings: Settings, launcher: Launcher): Promise<Panel> {
  const { locale, say, has } = await language(settings.locale);
  const local = usable(() => localStorage);
  const session = usable(() => sessionStorage);
  const name = (key: string) => `switchboard:${settings.inbox}:${key}`;

  const seats = new Seats({
    storage: local,
    prefix: name(""),
    page: settings.user,
    newToken: () => randomId(32),
    newBox: () => randomId(6),
    forget: (box) => session.removeItem(name(`draft:${box}`)),
  });
  const chat = new Chat({
    url: socketUrl(settings.origin, "/api/v1/widget/socket"),
    inbox: settings.inbox,
    locale,
    seats,
    storage: local,
    world: browserWorld,
    page: () => ({ url: location.href, title: document.title, referrer: document.referrer }),
    newId: () => randomId(),
    explain: (problem) => {
      const key = `problem.${problemCode(problem)}`;
      return has(key) ? say(key) : say("mark.failed");
    },
    onRefused: (reason) => console.warn(`Switchboard: ${reason}`),
    onUserRefused: (reason) => {
      console.warn(`Switchboard: ${reason}`);
      const seating = seats.take();
      become(seating);
      // The page may know a newer word: `switchboard.identify` brings it.
      if (seating === "same") dispatchEvent(new Event("switchboard:user"));
    },
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

  const mounted = () =>
    mount(PanelView, {
      target: place,
      props: {
        chat,
        locale,
        say,
        name: settings.name,
        draft: draftIn(session, name(`draft:${seats.box}`)),
        address: (path: string) => new URL(path, settings.origin).href,
        close: () => setOpen(false),
      },
    }) as { setOpen(open: boolean): void };
  let view = mounted();

  /** Nothing of whoever sat here before stays on the screen, half-written words neither. */
  const become = (seating: Seating) => {
    chat.become(seating);
    if (seating === "same" || seating === "again") return;
    void unmount(view);
    view = mounted();
    view.setOpen(open);
  };
  addEventListener("storage", ({ key }) => {
    if (key === name("seat") || key === null) become(seats.look());
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) become(seats.look());
  });

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
  return { show: () => setOpen(true), toggle: () => setOpen(!open), reseat: () => become(seats.take()) };
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
