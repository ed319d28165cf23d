/** Returns a copy with twice the capacity. */
export const grownWords = (words: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
  const larger = new Uint32Array(2 * words.length);
  larger.set(words);
  return larger;
};

export const grownBytes = (
  bytes: Uint8Array<ArrayBuffer>,
  atLeast = 2 * bytes.length,
): Uint8Array<ArrayBuffer> => {
  const larger = new Uint8Array(Math.max(atLeast, 2 * bytes.length));
  larger.set(bytes);
  return larger;
};
