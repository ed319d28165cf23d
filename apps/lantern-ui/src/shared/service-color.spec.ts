import { describe, expect, it } from '@jest/globals';
import { PALETTE_SIZE, paletteColor, paletteIndex, serviceColor } from './service-color.js';

/**
 * Converts an `oklch()` color to linear sRGB.
 *
 * @see https://www.w3.org/TR/css-color-4/#color-conversion-code
 */
const linearRgb = (css: string): number[] => {
  const [l = 0, c = 0, h = 0] = (/oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)/.exec(css) ?? []).slice(1).map(Number);
  const [L, a, b] = [l / 100, c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)];
  const lms = [
    L + 0.3963377774 * a + 0.2158037573 * b,
    L - 0.1055613458 * a - 0.0638541728 * b,
    L - 0.0894841775 * a - 1.291485548 * b,
  ].map((root) => root ** 3);
  return [
    [4.0767416621, -3.3077115913, 0.2309699292],
    [-1.2684380046, 2.6097574011, -0.3413193965],
    [-0.0041960863, -0.7034186147, 1.707614701],
  ].map((row) => row.reduce((sum, factor, i) => sum + factor * (lms[i] ?? 0), 0));
};

const luminance = (linear: readonly number[]): number => {
  const [r = 0, g = 0, b = 0] = linear.map((channel) => Math.min(1, Math.max(0, channel)));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const luminanceOfHex = (hex: string): number =>
  luminance(
    [1, 3, 5].map((at) => {
      const channel = parseInt(hex.slice(at, at + 2), 16) / 255;
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    }),
  );

/** @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
const contrast = (a: number, b: number): number => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

const palette = Array.from({ length: PALETTE_SIZE }, (_, index) => paletteColor(index));

describe('the service palette', () => {
  it('every color of the palette is readable on every background of both themes', () => {
    for (const { light, dark } of palette) {
      for (const surface of ['#ffffff', '#fafaf9', '#f5f5f4']) {
        expect(contrast(luminance(linearRgb(light)), luminanceOfHex(surface))).toBeGreaterThanOrEqual(4.5);
      }
      for (const surface of ['#151413', '#1c1a18', '#262320']) {
        expect(contrast(luminance(linearRgb(dark)), luminanceOfHex(surface))).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('every color of the palette is within the sRGB gamut', () => {
    for (const color of palette.flatMap(({ light, dark }) => [light, dark])) {
      for (const channel of linearRgb(color)) {
        expect(channel).toBeGreaterThan(-0.02);
        expect(channel).toBeLessThan(1.02);
      }
    }
  });

  it('the palette has no duplicate color', () => {
    expect(new Set(palette.map(({ light }) => light)).size).toBe(PALETTE_SIZE);
  });
});

describe('serviceColor', () => {
  it('serviceColor returns the same color for the same name', () => {
    expect(serviceColor('order-service')).toBe(serviceColor('order-service'));
  });

  it('the services of the shop have different colors', () => {
    const names = ['api-gateway', 'order-service', 'user-service'];
    expect(new Set(names.map(paletteIndex)).size).toBe(names.length);
  });

  it('serviceColor uses the whole palette', () => {
    const used = new Set(Array.from({ length: 2_000 }, (_, i) => paletteIndex(`service-${i}`)));
    expect(used.size).toBe(PALETTE_SIZE);
  });
});
