import { parseBytes, parseGoDuration } from '@lantern/go-syntax';
import { Arguments, toFloat, toInteger } from './arguments.js';
import type { TemplateFunction } from './functions.js';
import { TemplateError, type TemplateValue } from './value.js';

const int64 = (value: bigint): bigint => BigInt.asIntN(64, value);

const integers =
  (combine: (a: bigint, b: bigint) => bigint): TemplateFunction =>
  (args) =>
    new Arguments(args, 1, Infinity)
      .rest()
      .map(toInteger)
      .reduce((a, b) => int64(combine(a, b)));

/** In decimal digits, as they are written: 0.1 and 0.2 make 0.3. */
const exact = (value: number): number => Number(value.toPrecision(15));

const floats =
  (combine: (a: number, b: number) => number): TemplateFunction =>
  (args) =>
    new Arguments(args, 1, Infinity)
      .rest()
      .map(toFloat)
      .reduce((a, b) => exact(combine(a, b)));

const division =
  (divide: (a: bigint, b: bigint) => bigint): TemplateFunction =>
  (args) => {
    const given = new Arguments(args, 2);
    const [a, b] = [given.integer(), given.integer()];
    if (b === 0n) throw new TemplateError('runtime error: integer divide by zero');
    return int64(divide(a, b));
  };

const round = (args: readonly TemplateValue[]): number => {
  const given = new Arguments(args, 2, 3);
  const [value, places] = [given.float(), Math.max(-300, Math.min(300, Number(given.integer())))];
  const threshold = args.length > 2 ? given.float() : 0.5;
  const factor = 10 ** places;
  const scaled = exact(value * factor);
  const whole = Math.trunc(scaled);
  const rest = Math.abs(exact(scaled - whole));
  return (rest >= threshold ? whole + Math.sign(scaled) : whole) / factor;
};

const duration: TemplateFunction = (args) => Number(parseGoDuration(new Arguments(args, 1).text())) / 1e9;

export const MATH_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  int: (args) => new Arguments(args, 1).integer(),
  float64: (args) => new Arguments(args, 1).float(),
  add: integers((a, b) => a + b),
  sub: integers((a, b) => a - b),
  mul: integers((a, b) => a * b),
  div: division((a, b) => a / b),
  mod: division((a, b) => a % b),
  max: integers((a, b) => (a > b ? a : b)),
  min: integers((a, b) => (a < b ? a : b)),
  addf: floats((a, b) => a + b),
  subf: floats((a, b) => a - b),
  mulf: floats((a, b) => a * b),
  divf: floats((a, b) => {
    if (b === 0) throw new TemplateError('division by 0');
    return a / b;
  }),
  maxf: floats(Math.max),
  minf: floats(Math.min),
  ceil: (args) => Math.ceil(new Arguments(args, 1).float()),
  floor: (args) => Math.floor(new Arguments(args, 1).float()),
  round,
  bytes: (args) => parseBytes(new Arguments(args, 1).text()),
  duration,
  duration_seconds: duration,
};
