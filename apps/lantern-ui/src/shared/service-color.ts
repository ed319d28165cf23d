import { fnvOfText } from '@lantern/telemetry-model';

/** Hue in degrees and chroma in OKLCH, spread evenly without reds, which mean errors. */
const HUES = [
  [50, 0.125],
  [75, 0.11],
  [100, 0.11],
  [125, 0.125],
  [150, 0.125],
  [175, 0.1],
  [200, 0.09],
  [225, 0.1],
  [250, 0.125],
  [275, 0.125],
  [300, 0.125],
  [325, 0.125],
] as const;

/**
 * Lightness for each theme, in two tones per hue; the second is also grayer. All have a contrast of at least 4.5 to
 * their backgrounds, so that names may be written in their color (WCAG 1.4.3).
 */
const TONES = [
  { light: 52, dark: 76, chroma: 1 },
  { light: 40, dark: 85, chroma: 0.6 },
] as const;

export const PALETTE_SIZE = HUES.length * TONES.length;

/** Seed of the hash. It was chosen because common service names get distant colors. */
const SEED = 7_537;

/** Returns the palette index of a name: FNV-1a with its upper bits folded in. */
export const paletteIndex = (serviceName: string): number => {
  const hash = fnvOfText(serviceName, SEED);
  return ((hash ^ (hash >>> 15)) >>> 0) % PALETTE_SIZE;
};

export interface ThemedColor {
  readonly light: string;
  readonly dark: string;
}

export const paletteColor = (index: number): ThemedColor => {
  const [hue, chroma] = HUES[index % HUES.length] ?? HUES[0];
  const tone = TONES[Math.floor(index / HUES.length)] ?? TONES[0];
  const oklch = (lightness: number) => `oklch(${lightness}% ${(chroma * tone.chroma).toFixed(3)} ${hue})`;
  return { light: oklch(tone.light), dark: oklch(tone.dark) };
};

/**
 * Returns the CSS color of a service. It depends on the name only, so that all pages and users see the same color.
 * Services may share a color; their names are shown beside it.
 */
export const serviceColor = (serviceName: string): string => {
  const { light, dark } = paletteColor(paletteIndex(serviceName));
  return `light-dark(${light}, ${dark})`;
};
