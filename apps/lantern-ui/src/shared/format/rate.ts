import { formatDuration } from './duration.js';

/** Share of failed calls above which a service is marked as failing: the threshold of the alert in the tutorial. */
export const ALARMING_ERROR_SHARE = 0.05;

/** Formats calls per second with three significant digits: `0.042/s`, `12.5/s`, `1,240/s`. */
export const formatRate = (perSecond: number): string => `${NUMBER.format(perSecond)}/s`;

/** Formats a share between 0 and 1: `0 %`, `< 0.1 %`, `2.3 %`, `12 %`. */
export const formatPercent = (share: number): string => {
  const percent = share * 100;
  if (percent === 0) return '0 %';
  if (percent < 0.1) return '< 0.1 %';
  return `${percent < 9.95 ? percent.toFixed(1).replace(/\.0$/, '') : Math.round(percent)} %`;
};

/**
 * Formats a percentile in milliseconds: `180 ms`. The buckets of percentiles are 4 % wide, so a third digit would not
 * be significant: for calls of exactly 28.0 ms the API returns 27.8.
 */
export const formatMillis = (millis: number): string =>
  millis === 0 ? '0 ms' : formatDuration(BigInt(Math.round(Number((millis * 1e6).toPrecision(2)))));

const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
