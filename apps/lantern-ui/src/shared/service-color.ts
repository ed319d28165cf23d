/** Hue in degrees and chroma in OKLCH, spread evenly but for the reds, which belong to errors. */
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
 * Lightness for each theme, in two tones a hue, the second also greyer. All have a contrast of at least 4.5 to the
 * surfaces they stand on, so a name may be written in its colour (WCAG 1.4.3).
 */
const TONES = [
  { light: 52, dark: 76, chroma: 1 },
  { light: 40, dark: 85, chroma: 0.6 },
] as const;

export const PALETTE_SIZE = HUES.length * TONES.length;

/** Any seed would do; with this one the names that shops give their services fall far apart. */
const SEED = 7_537;

/** The place of a name in the palette: FNV-1a, its upper bits folded in. */
export const paletteIndex = (serviceName: string): number => {
  let hash = SEED;
  for (let i = 0; i < serviceName.length; i++) {
    hash ^= serviceName.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
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
 * The colour of a service, as CSS. It depends on nothing but the name, so that every page, every day and every
 * colleague sees the same; that two of many services share one is the price, and their names stand beside it.
 */
export const serviceColor = (serviceName: string): string => {
  const { light, dark } = paletteColor(paletteIndex(serviceName));
  return `light-dark(${light}, ${dark})`;
};
