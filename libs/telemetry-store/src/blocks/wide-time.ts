// Times are 64 bits wide. In columns they stand as two words, in memory as a double where a few hundred
// nanoseconds do not matter, and as a bigint where they do.

const TWO_32 = 2 ** 32;
/** More than a double is off by at the greatest time that 64 bits can say. */
export const DOUBLE_SLACK = 4096;

export const wideOf = (low: number, high: number): bigint => (BigInt(high) << 32n) | BigInt(low);

export const doubleOf = (low: number, high: number): number => high * TWO_32 + low;

export const lowOf = (value: bigint): number => Number(value & 0xffff_ffffn);
export const highOf = (value: bigint): number => Number((value >> 32n) & 0xffff_ffffn);

/** In which of the equal periods since 1970 a time lies, exactly. */
export const periodOf = (low: number, high: number, periodNanos: number): number => {
  const nanos = doubleOf(low, high);
  const period = Math.floor(nanos / periodNanos);
  const inside = nanos - period * periodNanos;
  if (inside > DOUBLE_SLACK && inside < periodNanos - DOUBLE_SLACK) return period;
  return Number(wideOf(low, high) / BigInt(periodNanos));
};
