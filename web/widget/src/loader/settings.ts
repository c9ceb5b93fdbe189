/** What the page says in the script tag's `data-*` attributes. */
export interface Settings {
  readonly inbox: string;
  readonly origin: string;
  readonly locale: string;
  readonly color: string;
  /** How the business is called on this page, where not as everywhere. */
  readonly name: string;
  readonly side: "left" | "right";
  readonly offsetX: number;
  readonly offsetY: number;
  /** "" follows the visitor's own choice. */
  readonly theme: "" | "light" | "dark";
  /** Whether calls are made at our own page, since this one doesn't stay. */
  readonly callsElsewhere: boolean;
  /** This is our own page for calls: the panel is all of it. */
  readonly whole: boolean;
  /** Whether unread messages may be counted in the page's title. */
  readonly title: boolean;
  /** The page's signed word of who sits here, as it is now; "" for nobody. */
  readonly user: () => string;
  /** What else the page says of them, as it is now. Nobody vouches for it. */
  readonly attributes: Readonly<Record<string, string>>;
}

export function readSettings(
  script: HTMLScriptElement,
  attributes: Readonly<Record<string, string>>,
): Settings {
  const data = script.dataset;
  const theme = data["theme"];
  return {
    inbox: data["inbox"] ?? "",
    origin: new URL(script.src).origin,
    locale: data["locale"] || document.documentElement.lang || navigator.language,
    color: data["color"] ?? "",
    name: data["name"] ?? "",
    side: data["position"] === "left" ? "left" : "right",
    offsetX: distance(data["offsetX"]),
    offsetY: distance(data["offsetY"]),
    theme: theme === "light" || theme === "dark" ? theme : "",
    callsElsewhere: data["calls"] === "page",
    whole: "whole" in data,
    title: "titleBadge" in data,
    user: () => data["user"] ?? "",
    attributes,
  };
}

function distance(text: string | undefined): number {
  const pixels = Number(text ?? 20);
  return Number.isFinite(pixels) ? Math.max(0, Math.min(400, pixels)) : 20;
}
