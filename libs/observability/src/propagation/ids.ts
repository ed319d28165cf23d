/**
 * Random numbers are made and written as hex for some 30 traces at once: small, because an id keeps its pool alive. They
 * are to be unique, not secret, so they come from the quick generator, as those of OpenTelemetry's SDK.
 */
const pool = new Uint32Array(128);
const poolBytes = Buffer.from(pool.buffer);
let digits = '';
let at = 0;

const take = (count: number): string => {
  if (at + count > digits.length) {
    for (let each = 0; each < pool.length; each++) pool[each] = Math.random() * 2 ** 32;
    digits = poolBytes.toString('hex');
    at = 0;
  }
  return digits.slice(at, (at += count));
};

const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);

/** 16 random bytes in hex. All zeros is invalid: https://www.w3.org/TR/trace-context/#trace-id */
export const newTraceId = (): string => {
  const id = take(32);
  return id === NO_TRACE ? newTraceId() : id;
};

/** 8 random bytes in hex, not all zeros. */
export const newSpanId = (): string => {
  const id = take(16);
  return id === NO_SPAN ? newSpanId() : id;
};
