import { formatDuration } from './duration.js';

/** Above this share of failed calls something is wrong: the bound of the tutorial's alert. */
export const ALARMING_ERROR_SHARE = 0.05;

/** Calls per second in three significant digits: `0.042/s`, `12.5/s`, `1,240/s`. */
export const formatRate = (perSecond: number): string => `${NUMBER.format(perSecond)}/s`;

/** A share between 0 and 1 in percents: `0 %`, `< 0.1 %`, `2.3 %`, `12 %`. */
export const formatPercent = (share: number): string => {
  const percent = share * 100;
  if (percent === 0) return '0 %';
  if (percent < 0.1) return '< 0.1 %';
  return `${percent < 9.95 ? percent.toFixed(1).replace(/\.0$/, '') : Math.round(percent)} %`;
};

/**
 * A percentile as the API has it, in milliseconds: `180 ms`. Percentiles come from buckets that are 4 % wide, so a third
 * digit would be made up: of calls that all took 28.0 ms the API says 27.8.
 */
export const formatMillis = (millis: number): string =>
  millis === 0 ? '0 ms' : formatDuration(BigInt(Math.round(Number((millis * 1e6).toPrecision(2)))));

const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
