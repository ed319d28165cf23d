import { epochMillis } from '../clock.js';

/**
 * When a line is written, by the clock of the spans: milliseconds since 1970, down to the microsecond. Two equal lines
 * within one millisecond stay two lines: Loki treats lines of the same time and text as one.
 */
export const now = (): number => Math.floor(epochMillis() * 1000) / 1000;

let second = Number.NaN;
let prefix = '';

/** A time as ISO 8601 in UTC with microseconds. */
export const timestamp = (millis: number): string => {
  // Lines come many a second, which share all but the fraction.
  const micros = Math.round(millis * 1000);
  const whole = Math.floor(micros / 1_000_000);
  if (whole !== second) {
    second = whole;
    prefix = new Date(whole * 1000).toISOString().slice(0, 20);
  }
  return `${prefix}${String(micros - whole * 1_000_000).padStart(6, '0')}Z`;
};
