/** Index of the word that holds the sign and the exponent of a double on this machine, and of the other word. */
export const HIGH_WORD = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;
export const LOW_WORD = 1 - HIGH_WORD;

/** Returns the words of the doubles, two each. The payload of a NaN survives only in its words. */
export const wordsOf = (values: Float64Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, values.length * 2);

const scratch = new Float64Array(1);
const scratchWords = wordsOf(scratch);

/** Returns the double of these words. A NaN may lose its payload. */
export const doubleOf = (high: number, low: number): number => {
  scratchWords[HIGH_WORD] = high;
  scratchWords[LOW_WORD] = low;
  return scratch[0] ?? 0;
};
