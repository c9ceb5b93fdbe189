/** Contrast by WCAG 2, of colours as `#rrggbb`. */

const WHITE = "#ffffff";
const INK = "#1b1714";

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((place) => {
    const part = parseInt(hex.slice(place, place + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** From 1 (the same) to 21 (black on white). */
export function ratio(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** What can be read on a colour better, as the widget chooses it. */
export function onColor(hex: string): string {
  return ratio(hex, WHITE) >= ratio(hex, INK) ? WHITE : INK;
}
