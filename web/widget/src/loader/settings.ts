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
  /** The page's signed word of who sits here, as it is now; "" for nobody. */
  readonly user: () => string;
}

export function readSettings(script: HTMLScriptElement): Settings {
  const data = script.dataset;
  return {
    inbox: data["inbox"] ?? "",
    origin: new URL(script.src).origin,
    locale: data["locale"] || document.documentElement.lang || navigator.language,
    color: data["color"] ?? "",
    name: data["name"] ?? "",
    side: data["position"] === "left" ? "left" : "right",
    offsetX: distance(data["offsetX"]),
    offsetY: distance(data["offsetY"]),
    user: () => data["user"] ?? "",
  };
}

function distance(text: string | undefined): number {
  const pixels = Number(text ?? 20);
  return Number.isFinite(pixels) ? Math.max(0, Math.min(400, pixels)) : 20;
}
