/** Colours as the brand gives them, made readable: contrast by WCAG 2. */

type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const INK: Rgb = [27, 23, 20];
const AA = 4.5;

export function parseHex(text: string): Rgb | null {
  const short = /^#?([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text.trim());
  const hex = short ? short.slice(1).map((digit) => digit + digit) : [];
  const long = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text.trim());
  const parts = long ? long.slice(1) : hex;
  return parts.length === 3 ? (parts.map((part) => parseInt(part, 16)) as unknown as Rgb) : null;
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function mix(colour: Rgb, towards: Rgb, share: number): Rgb {
  return colour.map((value, i) => Math.round(value + (towards[i]! - value) * share)) as unknown as Rgb;
}

function css([r, g, b]: Rgb): string {
  return `rgb(${r} ${g} ${b})`;
}

export interface BrandColours {
  /** The brand itself, as a surface. */
  readonly brand: string;
  /** Text on it. */
  readonly onBrand: string;
  /** The brand as text on a light and on a dark surface, moved as far as it must be. */
  readonly textLight: string;
  readonly textDark: string;
}

const FALLBACK: Rgb = [42, 36, 32];

export function brandColours(hex: string): BrandColours {
  const brand = parseHex(hex) ?? FALLBACK;
  const onBrand = contrast(brand, WHITE) >= contrast(brand, INK) ? WHITE : INK;
  return {
    brand: css(brand),
    onBrand: css(onBrand),
    textLight: css(readable(brand, WHITE, INK)),
    textDark: css(readable(brand, [36, 31, 26], WHITE)),
  };
}

function readable(colour: Rgb, surface: Rgb, towards: Rgb): Rgb {
  for (let share = 0; share <= 1; share += 0.1) {
    const tried = mix(colour, towards, share);
    if (contrast(tried, surface) >= AA) return tried;
  }
  return towards;
}
