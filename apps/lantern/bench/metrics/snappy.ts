/** Number of bytes that a copy repeats at least. */
const MIN_MATCH = 4;
const MAX_COPY = 64;
const MAX_OFFSET = 65_535;
const HASH_BITS = 14;

/**
 * Compresses with snappy's block format, greedily, as Prometheus' senders do.
 *
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */
export const compressSnappy = (input: Buffer): Buffer => {
  const output = Buffer.alloc(32 + input.length + Math.ceil(input.length / 6));
  const table = new Int32Array(1 << HASH_BITS).fill(-1);
  let at = 0;
  let length = input.length;
  for (; length >= 0x80; length >>>= 7) output[at++] = (length & 0x7f) | 0x80;
  output[at++] = length;

  const literal = (from: number, to: number): void => {
    const count = to - from;
    if (count === 0) return;
    if (count <= 60) output[at++] = (count - 1) << 2;
    else {
      output[at++] = 61 << 2;
      output.writeUInt16LE(count - 1, at);
      at += 2;
    }
    at += input.copy(output, at, from, to);
  };

  let from = 0;
  let i = 0;
  while (i + MIN_MATCH <= input.length) {
    const word = input.readUInt32LE(i);
    const hash = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS);
    const candidate = table[hash] ?? -1;
    table[hash] = i;
    if (candidate < 0 || i - candidate > MAX_OFFSET || input.readUInt32LE(candidate) !== word) {
      i++;
      // Two bytes have room for the length of a literal.
      if (i - from === 65_000) {
        literal(from, i);
        from = i;
      }
      continue;
    }
    literal(from, i);
    let end = i + MIN_MATCH;
    while (end < input.length && input[end] === input[candidate + end - i]) end++;
    for (let left = end - i; left > 0;) {
      const count = Math.min(left, MAX_COPY);
      output[at++] = ((count - 1) << 2) | 2;
      output.writeUInt16LE(i - candidate, at);
      at += 2;
      left -= count;
    }
    i = end;
    from = end;
  }
  literal(from, input.length);
  return output.subarray(0, at);
};
