import { paletteColor } from '../../shared/service-color.js';

type Labels = Readonly<Record<string, string>>;

/**
 * Names of the series of one answer, such as `level="error", service="shop"`. Series that all have the same single label
 * are named by its value alone.
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

/** Neighbours in rank are far apart in hue. */
export const seriesColor = (rank: number): string => {
  const { light, dark } = paletteColor((rank * 5) % 24);
  return `light-dark(${light}, ${dark})`;
};

const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

export const formatNumber = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '–' : NUMBER.format(value);
