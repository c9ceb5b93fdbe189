import { usable, wakeWithPage } from "@switchboard/protocol";
import { render } from "preact";
import { language } from "../i18n/index.ts";
import type { Launcher } from "../loader/launcher.ts";
import type { Emit } from "../loader/api.ts";
import type { Settings } from "../loader/settings.ts";
import type { Invited } from "../model/chat.ts";
import type { Seating } from "../model/seats.ts";
import { closeWithBack } from "./back.ts";
import { AtDesk, type Desk } from "./desk.ts";
import { makeModels } from "./models.ts";
import css from "./panel.css?inline";
import { Panel as PanelView } from "./Panel.tsx";
import { chime } from "./sound.ts";
import { countInTitle } from "./title.ts";
import { followViewport } from "./viewport.ts";

export interface Panel {
  show(invitation?: Invited): void;
  hide(): void;
  toggle(): void;
  /** They came by a link: the conversation of its token can go on here. */
  arrive(token: string): void;
  /** The page says anew who sits here. */
  reseat(): void;
  /** The page says more of the visitor. */
  describe(): void;
}
export interface PanelModule {
  start(settings: Settings, launcher: Launcher, emit: Emit): Promise<Panel>;
}

/** Puts the panel beside the launcher, closed, and gets on the line. */
export async function start(settings: Settings, launcher: Launcher, emit: Emit): Promise<Panel> {
  const spoken = await language(settings.locale);
  const local = usable(() => localStorage);
  const session = usable(() => sessionStorage);
  const name = (key: string) => `switchboard:${settings.inbox}:${key}`;
  const preferences = {
    get muted() {
      return local.getItem(name("muted")) === "1";
    },
    set muted(muted) {
      if (muted) local.setItem(name("muted"), "1");
      else local.removeItem(name("muted"));
    },
  };

  const { chat, seats, uploads } = makeModels({
    settings,
    spoken,
    local,
    forget: (box) => session.removeItem(name(`draft:${box}`)),
    onNews(news) {
      emit("message", news);
      if (!looks() && !preferences.muted) chime();
    },
    onUserRefused(reason) {
      console.warn(`Switchboard: ${reason}`);
      const seating = seats.take();
      become(seating);
      if (seating !== "same") return;
      // The page may know a newer word: `switchboard.identify` brings it.
      dispatchEvent(new CustomEvent("switchboard:user"));
      emit("user", { reason: reason.startsWith("user_expired") ? "expired" : "refused" });
    },
  });

  const adopted = new Set<string>();
  const adopt = (text: string) => {
    if (adopted.has(text)) return;
    adopted.add(text);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    launcher.root.adoptedStyleSheets = [...launcher.root.adoptedStyleSheets, sheet];
  };
  adopt(css);
  const place = document.createElement("div");
  launcher.frame.prepend(place);

  let open = false;
  let drawing = 0;
  const desk = (): Desk => ({
    ...spoken,
    chat,
    uploads,
    settings,
    preferences,
    adopt,
    draft: {
      read: () => session.getItem(name(`draft:${seats.box}`)) ?? "",
      write: (text) =>
        text
          ? session.setItem(name(`draft:${seats.box}`), text)
          : session.removeItem(name(`draft:${seats.box}`)),
    },
    address: (path) => new URL(path, settings.origin).href,
    close: () => setOpen(false),
  });
  let current = desk();
  const settle = () => {
    session.removeItem(name("arrival"));
    draw();
  };
  const draw = () =>
    render(
      <AtDesk.Provider value={current}>
        <PanelView key={drawing} open={open} arrival={session.getItem(name("arrival"))} settle={settle} />
      </AtDesk.Provider>,
      place,
    );

  const looks = () => open && document.visibilityState === "visible";
  const look = () => chat.look(looks());
  const setOpen = (value: boolean) => {
    if (open === value) return;
    open = value;
    if (open) session.setItem(name("open"), "1");
    else session.removeItem(name("open"));
    launcher.setOpen(open);
    draw();
    look();
    if (open && !settings.whole) back.opened();
    else {
      back.closed();
      launcher.button.focus({ preventScroll: true });
    }
    emit(open ? "open" : "close", undefined);
  };
  const back = closeWithBack(settings.inbox, () => setOpen(false));

  /** Nothing of whoever sat here before stays on the screen, half-written words neither. */
  const become = (seating: Seating) => {
    chat.become(seating);
    if (seating === "same" || seating === "again") return;
    uploads.clear();
    drawing++;
    current = desk();
    draw();
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
  let unread = 0;
  chat.subscribe((shown) => {
    if (shown.unread !== unread) {
      unread = shown.unread;
      launcher.setUnread(unread);
      if (settings.title) countInTitle(unread);
      emit("unread", unread);
    }
    if (shown.status !== null) local.setItem(name("known"), "1");
    if (shown.inbox && !settings.color) {
      launcher.setColor(shown.inbox.color);
      local.setItem(name("color"), shown.inbox.color);
    }
  });
  draw();
  chat.start();
  return {
    show(invitation) {
      if (invitation) chat.invite(invitation);
      setOpen(true);
    },
    arrive(token) {
      session.setItem(name("arrival"), token);
      draw();
      setOpen(true);
    },
    hide: () => setOpen(false),
    toggle: () => setOpen(!open),
    reseat: () => become(seats.take()),
    describe: () => chat.describe(),
  };
}
