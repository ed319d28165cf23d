import { paletteColor } from '../../shared/service-color.js';

/** As Prometheus writes a series: `{level="error"}`; the value alone says it all of a single label. */
export const seriesName = (labels: Readonly<Record<string, string>>): string => {
  const entries = Object.entries(labels);
  const [only] = entries;
  if (only === undefined) return 'all lines';
  return entries.length === 1
    ? only[1] || `no ${only[0]}`
    : entries.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ');
};

/** Neighbours in rank are far apart in hue. */
export const seriesColor = (rank: number): string => {
  const { light, dark } = paletteColor((rank * 5) % 24);
  return `light-dark(${light}, ${dark})`;
};

const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

export const formatNumber = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '–' : NUMBER.format(value);
