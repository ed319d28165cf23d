const NUMBER = new Intl.NumberFormat('en');

/** Formats a number: `12,345`. */
export const formatCount = (count: number): string => NUMBER.format(count);

/** Formats a number with its noun: `1 span`, `12,345 spans`. */
export const formatCounted = (count: number, singular: string, plural = `${singular}s`): string =>
  `${formatCount(count)} ${count === 1 ? singular : plural}`;

/** Formats a share as a whole percentage, never `0 %` for something nor `100 %` for less than all. */
export const formatShare = (part: bigint, whole: bigint): string => {
  if (whole <= 0n || part <= 0n) return '0 %';
  if (part >= whole) return '100 %';
  const percent = Math.round(Number((part * 1_000n) / whole) / 10);
  return percent === 0 ? '< 1 %' : `${Math.min(percent, 99)} %`;
};
