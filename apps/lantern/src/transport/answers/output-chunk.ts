/** The default of Node, 16 KB, would make hundreds of them for a large answer. */
const MAX_BYTES = 256 * 1024;
const MIN_BYTES = 1024;

/**
 * Returns the size of the buffers for the output of a compressor. JSON is compressed to a fourth at least. Large buffers for
 * small answers would pile up until garbage is collected.
 */
export const outputChunkBytes = (inputBytes: number): number =>
  Math.min(MAX_BYTES, Math.max(MIN_BYTES, Math.ceil(inputBytes / 4)));
