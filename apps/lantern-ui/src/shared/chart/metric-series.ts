import { paletteColor } from '../service-color.js';

type Labels = Readonly<Record<string, string>>;

/**
 * Returns the names of the series of one response, such as `level="error", service="shop"`. If all series have the
 * same single label, its value is the name.
 */
export const seriesNames = (series: readonly Labels[]): string[] => {
  const isOneLabel = new Set(series.map((labels) => JSON.stringify(Object.keys(labels)))).size === 1;
  return series.map((labels) => {
    const entries = Object.entries(labels);
    const [only] = entries;
    if (only === undefined) return 'all lines';
    return isOneLabel && entries.length === 1
      ? only[1] || `no ${only[0]}`
      : entries.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ');
  });
};

/** Returns the color of a series. Adjacent ranks have distant hues. */
export const seriesColor = (rank: number): string => {
  const { light, dark } = paletteColor((rank * 5) % 24);
  return `light-dark(${light}, ${dark})`;
};

const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

const TICK = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 4 });

/** Formats a value of an axis, whose room is limited: `20M`. */
export const formatTick = (value: number): string => TICK.format(value);

export const formatNumber = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '–' : NUMBER.format(value);
