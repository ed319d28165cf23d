// Times have 64 bits. Columns store them as two words. In memory they are doubles where an error of a few hundred
// nanoseconds does not matter, and bigints where it does.

const TWO_32 = 2 ** 32;
/** Upper bound of the rounding error of a double for the latest time that 64 bits can represent. */
export const DOUBLE_SLACK = 4096;

export const wideOf = (low: number, high: number): bigint => (BigInt(high) << 32n) | BigInt(low);

export const doubleOf = (low: number, high: number): number => high * TWO_32 + low;

export const lowOf = (value: bigint): number => Number(value & 0xffff_ffffn);
export const highOf = (value: bigint): number => Number((value >> 32n) & 0xffff_ffffn);

/** Returns the exact number of the period, counted from 1970, that contains a time. */
export const periodOf = (low: number, high: number, periodNanos: number): number => {
  const nanos = doubleOf(low, high);
  const period = Math.floor(nanos / periodNanos);
  const inside = nanos - period * periodNanos;
  if (inside > DOUBLE_SLACK && inside < periodNanos - DOUBLE_SLACK) return period;
  return Number(wideOf(low, high) / BigInt(periodNanos));
};
