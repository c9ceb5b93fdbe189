import { brandColours } from "../model/colour.ts";
import css from "./launcher.css?inline";
import type { Settings } from "./settings.ts";

export interface Launcher {
  /** Everything of ours lives in here; the host page's styles end at it. */
  readonly root: ShadowRoot;
  /** Carries the brand's custom properties and the `open` class. */
  readonly frame: HTMLElement;
  readonly button: HTMLButtonElement;
  setColor(hex: string): void;
  setUnread(count: number): void;
  setOpen(open: boolean): void;
  /** A word beside the button, until it is pressed or put away. */
  invite(text: string, answers: { accept(): void; dismiss(): void }): void;
}

const SHAPES = {
  chat: "M12 4c4.7 0 8.5 3.2 8.5 7.2s-3.8 7.2-8.5 7.2c-1 0-2-.15-2.9-.4L5 20l.9-3.6a6.7 6.7 0 0 1-2.4-5.2C3.5 7.2 7.3 4 12 4Z",
  close: "m7 7 10 10M17 7 7 17",
};

export function makeLauncher(
  settings: Settings,
  words: { open: string; close: string; unread: string; dismiss: string },
): Launcher {
  const host = document.createElement("switchboard-chat");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  const frame = document.createElement("div");
  frame.className = settings.whole ? "whole" : settings.side;
  dress(frame, settings.theme);
  frame.style.setProperty("--offset-x", `${settings.offsetX}px`);
  frame.style.setProperty("--offset-y", `${settings.offsetY}px`);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "launcher";
  button.append(icon("chat"), icon("close"));
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.hidden = true;
  button.append(badge);
  frame.append(button);
  root.append(frame);

  let bubble: HTMLElement | null = null;
  const drop = () => {
    bubble?.remove();
    bubble = null;
  };

  let unread = 0;
  let open = false;
  const label = () => {
    const text = open ? words.close : unread > 0 ? `${words.open} (${words.unread}: ${unread})` : words.open;
    button.setAttribute("aria-label", text);
    button.setAttribute("aria-expanded", String(open));
    badge.hidden = open || unread === 0;
    badge.textContent = unread > 9 ? "9+" : String(unread);
  };
  label();

  return {
    root,
    frame,
    button,
    setColor(hex) {
      const colours = brandColours(hex);
      frame.style.setProperty("--brand", colours.brand);
      frame.style.setProperty("--on-brand", colours.onBrand);
      frame.style.setProperty("--brand-text-light", colours.textLight);
      frame.style.setProperty("--brand-text-dark", colours.textDark);
    },
    setUnread(count) {
      unread = count;
      label();
    },
    setOpen(value) {
      open = value;
      drop();
      frame.classList.toggle("open", open);
      label();
    },
    invite(text, { accept, dismiss }) {
      if (open || bubble) return;
      bubble = document.createElement("div");
      bubble.className = "invitation";
      bubble.setAttribute("role", "status");
      const press = (name: string, run: () => void) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = name;
        button.addEventListener("click", () => {
          drop();
          run();
        });
        bubble!.append(button);
        return button;
      };
      press("words", accept).textContent = text;
      const away = press("away", dismiss);
      away.append(icon("close"));
      away.setAttribute("aria-label", words.dismiss);
      frame.append(bubble);
    },
  };
}

/** Dark where the page says so, or else where the visitor likes it. */
function dress(frame: HTMLElement, theme: Settings["theme"]): void {
  const likes = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => frame.classList.toggle("dark", theme ? theme === "dark" : likes.matches);
  likes.addEventListener("change", follow);
  follow();
}

function icon(name: keyof typeof SHAPES): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add(name);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}
