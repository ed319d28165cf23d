import { GoSyntaxError } from './go-syntax-error.js';
import { parseGoFloat } from './float.js';

const SIZES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
  pi: 2 ** 50,
  ei: 2 ** 60,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  p: 1e15,
  e: 1e18,
};

/**
 * Reads a size as the Go package humanize does, for example `20MB`, `1.5 KiB` or `512`.
 *
 * @returns bytes
 * @throws {GoSyntaxError}
 * @see https://pkg.go.dev/github.com/dustin/go-humanize#ParseBytes
 */
export const parseBytes = (text: string): number => {
  const digits = /^[\d.,]*/.exec(text)?.[0] ?? '';
  const count = parseGoFloat(digits.replaceAll(',', ''));
  const unit = text.slice(digits.length).trim().toLowerCase();
  const name = unit.length > 1 && unit.endsWith('b') ? unit.slice(0, -1) : unit;
  const size = Object.hasOwn(SIZES, name) ? SIZES[name] : undefined;
  if (size === undefined) throw new GoSyntaxError(`unhandled size name: ${unit}`);
  const bytes = Math.floor(count * size);
  if (bytes >= 2 ** 64) throw new GoSyntaxError(`too large: ${text}`);
  return bytes;
};

const UNITS = ['PiB', 'TiB', 'GiB', 'MiB', 'KiB', 'PB', 'TB', 'GB', 'MB', 'kB'] as const;

/** The size in the largest unit that makes it a whole number: `20MB`, `1KiB`, `1500B`. */
export const formatBytes = (bytes: number): string => {
  const exact = UNITS.map((unit) => ({ unit, count: bytes / parseBytes(`1${unit}`) }))
    .filter(({ count }) => count >= 1 && Number.isInteger(count))
    .sort((a, b) => a.count - b.count)[0];
  return exact === undefined ? `${bytes}B` : `${exact.count}${exact.unit}`;
};
