import type { Random } from './random.ts';

/** Length of long texts. V8 does not hash strings above 16,383 characters by their content. */
const LONG = 20_000;

const NUMBERS = [
  '0',
  '-1',
  '1',
  '-0',
  '0x10',
  '1e308',
  '1e-308',
  'NaN',
  'Infinity',
  '-Infinity',
  '99999999999999',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '18446744073709551615',
  '1500',
  '5000',
  '4294967296',
  '2147483648',
  '0.5',
  '',
  ' ',
  'x',
] as const;

const DURATIONS = [
  '0s',
  '1ns',
  '1ms',
  '5m',
  '24h',
  '999999d',
  '-1h',
  '1e9s',
  '290y',
  '1h1m1s1ms',
  'h',
] as const;

const TIMES = [
  '2000-01-01T00:00:00Z',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
  '0001-01-01T00:00:00Z',
  '2100-01-01T00:00:00+14:00',
  'now',
] as const;

const TEXTS = [
  '',
  'a',
  '__proto__',
  'constructor',
  'service.name',
  '\u0000',
  '\u202e',
  '💥',
  '\ud800',
  '"',
  "'",
  '\\',
  '../..',
  '%00',
  '{{',
  '*',
] as const;

export const extremeNumber = (random: Random): string =>
  random.chance(0.2) ? String(random.below(1e6)) : random.pick(NUMBERS);

export const extremeDuration = (random: Random): string =>
  random.chance(0.2) ? extremeNumber(random) : random.pick(DURATIONS);

/** Returns a time in one of the forms that the APIs read. */
export const extremeTime = (random: Random): string => {
  if (random.chance(0.3)) return random.pick(TIMES);
  return random.chance(0.3) ? extremeNumber(random) : String(Date.now() * 10 ** random.below(7));
};

export const extremeText = (random: Random): string =>
  random.chance(0.15) ? longText(random, 4_000) : random.pick(TEXTS);

/** Returns a text that differs from the others of its length near its end only. */
export const longText = (random: Random, length = LONG): string => {
  const end = random.hex(12);
  return 'k'.repeat(Math.max(0, length - end.length)) + end;
};
