const NO_VIEW = new DataView(new ArrayBuffer(0));

/**
 * 64-bit digest of a span's message and of its inherited data. It distinguishes a retried span from another span with
 * the same IDs. The object is reusable; each call overwrites the result of the previous one.
 */
export class SpanDigest {
  low = 0;
  high = 0;
  private bytes: Uint8Array | undefined;
  private view: DataView = NO_VIEW;

  /** @param seed hash of the inherited data */
  of(bytes: Uint8Array, start: number, end: number, seed: number): this {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const { view } = this;
    // Four lanes, as in xxHash, so that the CPU processes several words in parallel.
    let a = seed | 0;
    let b = seed ^ PRIME_1;
    let c = seed ^ PRIME_2;
    let d = seed ^ PRIME_3;
    let at = start;
    for (; at + 16 <= end; at += 16) {
      a = lane(a, view.getInt32(at, true));
      b = lane(b, view.getInt32(at + 4, true));
      c = lane(c, view.getInt32(at + 8, true));
      d = lane(d, view.getInt32(at + 12, true));
    }
    for (; at + 4 <= end; at += 4) a = lane(a, view.getInt32(at, true));
    let rest = end - start;
    for (; at < end; at++) rest = (rest << 8) | view.getUint8(at);
    b = lane(b, rest);
    c = lane(c, end - start);
    this.low = finished(lane(lane(lane(a, b), c), d));
    this.high = finished(lane(lane(lane(d, c), b), a));
    return this;
  }

  /** Returns the digest as text, for use in a key. */
  toString(): string {
    return `${this.high} ${this.low}`;
  }
}

// Signed, because V8 stores larger numbers as doubles, which halves the speed of a step.
const PRIME_1 = 0x9e3779b1 | 0;
const PRIME_2 = 0x85ebca77 | 0;
const PRIME_3 = 0xc2b2ae3d | 0;

/** Mixes a word into a state. It is injective in either argument when the other one is fixed. */
const lane = (state: number, word: number): number => {
  const bits = state ^ word;
  return Math.imul((bits << 13) | (bits >>> 19), PRIME_1);
};

const finished = (hash: number): number => {
  let bits = Math.imul(hash ^ (hash >>> 15), PRIME_2);
  bits = Math.imul(bits ^ (bits >>> 13), PRIME_3);
  return (bits ^ (bits >>> 16)) >>> 0;
};
