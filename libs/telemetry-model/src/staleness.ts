/**
 * Staleness marker: a NaN with these bits ends a series. A NaN with other bits is an ordinary value.
 *
 * The engine may change the payload of a NaN when the value passes through a variable or an ordinary array, so that markers
 * are written and recognized in the bytes of a `Float64Array`, and copied from array to array only (`set`, `slice`).
 *
 * @see https://prometheus.io/docs/specs/prw/remote_write_spec/#stale-markers
 */
const STALE_HIGH = 0x7ff00000;
const STALE_LOW = 0x00000002;

/** Index of the word that holds the sign and the exponent of a double on this machine. */
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Recognizes the staleness markers of one array of values. */
export class StaleMarkers {
  private words: Uint32Array | undefined;

  constructor(private readonly values: Float64Array) {}

  isAt(index: number): boolean {
    const value = this.values[index];
    // Nearly no value is NaN, and only NaN differs from itself.
    if (value === value) return false;
    const { buffer, byteOffset, length } = this.values;
    const words = (this.words ??= new Uint32Array(buffer, byteOffset, length * 2));
    return words[index * 2 + HIGH] === STALE_HIGH && words[index * 2 + 1 - HIGH] === STALE_LOW;
  }
}

/** Writes a staleness marker. */
export const markStale = (values: Float64Array, index: number): void => {
  const words = new Uint32Array(values.buffer, values.byteOffset + index * 8, 2);
  words[HIGH] = STALE_HIGH;
  words[1 - HIGH] = STALE_LOW;
};
