import type { Place } from "@switchboard/protocol";

interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

/** "55.75140, 37.61900": as every map takes it. */
export function coordinates({ latitude, longitude }: Point): string {
  return `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
}

export function mapLink({ latitude, longitude }: Place): string {
  const [lat, lon] = [latitude.toFixed(6), longitude.toFixed(6)];
  return `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}`;
}

const NUMBER = String.raw`(-?\d{1,3}(?:\.\d+)?)`;
/** How maps write a point in their links, the surest first; some begin with the longitude. */
const WAYS: readonly (readonly [RegExp, "lat" | "lon"])[] = [
  [new RegExp(`^geo:${NUMBER},${NUMBER}`, "i"), "lat"],
  [new RegExp(`[?&]mlat=${NUMBER}&mlon=${NUMBER}`), "lat"],
  [new RegExp(`!3d${NUMBER}!4d${NUMBER}`), "lat"],
  [new RegExp(`[?&](?:pt|whatshere\\[point\\]|ll|m)=${NUMBER},${NUMBER}`), "lon"],
  [new RegExp(`[?&](?:q|query|destination|center|daddr)=(?:loc:)?${NUMBER},\\+?${NUMBER}`), "lat"],
  [new RegExp(`/@${NUMBER},${NUMBER}`), "lat"],
  [new RegExp(`#map=[\\d.]+/${NUMBER}/${NUMBER}`), "lat"],
  [new RegExp(`^${NUMBER}[,;\\s]\\s*${NUMBER}$`), "lat"],
];

/** The point that a pasted link, a `geo:` address or two numbers mean; null where they mean none. */
export function pointIn(pasted: string): Point | null {
  const text = unescaped(pasted.trim());
  const apple = /maps\.apple\.com/.test(text);
  for (const [way, first] of WAYS) {
    const match = way.exec(text);
    if (!match) continue;
    const [one, other] = [Number(match[1]), Number(match[2])];
    const turned = first === "lon" && !apple;
    const point = turned ? { latitude: other, longitude: one } : { latitude: one, longitude: other };
    if (Math.abs(point.latitude) <= 90 && Math.abs(point.longitude) <= 180) return point;
  }
  return null;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
