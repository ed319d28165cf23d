/** Above this many bytes a string is left to Node; up to it a loop is quicker than the call. */
const SHORT_LENGTH = 64;

/**
 * Writes protobuf in one pass. A message is begun, filled and ended; its length is then written in front of it, into the
 * reserved room. https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufWriter {
  private bytes: Buffer;
  private at = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size);
  }

  /** Returns the written bytes. The writer must not be used afterwards. */
  finish(): Buffer {
    return this.bytes.subarray(0, this.at);
  }

  /** Begins a message or list of bytes and returns the argument of {@link end}. `room` is for its length, in bytes. */
  begin(tag: number, room = 1): number {
    this.reserve(8);
    this.writeTag(tag);
    this.at += room;
    return this.at;
  }

  end(start: number, room = 1): void {
    const length = this.at - start;
    if (length < 128 && room === 1) {
      this.bytes[start - 1] = length;
      return;
    }
    const needed = varintLength(length);
    if (needed !== room) {
      this.reserve(needed);
      this.bytes.copyWithin(start - room + needed, start, this.at);
      this.at += needed - room;
    }
    writeVarint(this.bytes, start - room, length);
  }

  /** A field of that wire format, which is part of the tag; zero is what an absent field means. */
  uint32(tag: number, value: number): void {
    if (value === 0) return;
    this.reserve(12);
    this.writeTag(tag);
    this.at = writeVarint(this.bytes, this.at, value);
  }

  int64(tag: number, value: number): void {
    this.reserve(12);
    this.writeTag(tag);
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
      this.at = writeVarint(this.bytes, this.at, value);
      return;
    }
    for (let left = BigInt.asUintN(64, BigInt(value)); ; left >>= 7n) {
      const low = Number(left & 127n);
      this.bytes[this.at++] = left > 127n ? low | 128 : low;
      if (left <= 127n) return;
    }
  }

  bool(tag: number, value: boolean): void {
    this.reserve(4);
    this.writeTag(tag);
    this.bytes[this.at++] = value ? 1 : 0;
  }

  double(tag: number, value: number): void {
    this.reserve(12);
    this.writeTag(tag);
    this.at = this.bytes.writeDoubleLE(value, this.at);
  }

  fixed32(tag: number, value: number): void {
    this.reserve(8);
    this.writeTag(tag);
    this.littleEndian(value);
  }

  /** Seconds and nanoseconds since 1970 as nanoseconds. */
  fixed64Nanos(tag: number, [seconds, nanos]: readonly [number, number]): void {
    this.reserve(12);
    this.writeTag(tag);
    if (seconds !== knownSecond) learnSecond(seconds);
    const low = knownLow + nanos;
    this.littleEndian(low >>> 0);
    this.littleEndian(knownHigh + (low > 0xffffffff ? 1 : 0));
  }

  /** Hex digits as bytes. */
  hex(tag: number, digits: string): void {
    const length = digits.length >> 1;
    this.reserve(length + 4);
    this.writeTag(tag);
    const { bytes } = this;
    bytes[this.at++] = length;
    for (let digit = 0; digit < digits.length; digit += 2) {
      bytes[this.at++] = (nibble(digits.charCodeAt(digit)) << 4) | nibble(digits.charCodeAt(digit + 1));
    }
  }

  string(tag: number, text: string): void {
    // At most three bytes a UTF-16 unit.
    this.reserve(3 * text.length + 8);
    this.writeTag(tag);
    if (text.length <= SHORT_LENGTH && this.shortAscii(text)) return;
    const length = Buffer.byteLength(text);
    this.at = writeVarint(this.bytes, this.at, length);
    this.at += this.bytes.write(text, this.at, length, 'utf8');
  }

  rawBytes(tag: number, value: Uint8Array): void {
    this.reserve(value.length + 8);
    this.writeTag(tag);
    this.at = writeVarint(this.bytes, this.at, value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  /** Writes bytes that are encoded already, tag and length included. */
  encoded(value: Uint8Array): void {
    this.reserve(value.length);
    const { bytes } = this;
    let { at } = this;
    const { length } = value;
    // Keys are short: a loop is quicker than a call out of JavaScript, and than an iterator.
    for (let from = 0; from < length;) bytes[at++] = value[from++] ?? 0;
    this.at = at;
  }

  private littleEndian(value: number): void {
    const { bytes } = this;
    bytes[this.at++] = value;
    bytes[this.at++] = value >>> 8;
    bytes[this.at++] = value >>> 16;
    bytes[this.at++] = value >>> 24;
  }

  private shortAscii(text: string): boolean {
    const { bytes } = this;
    const { length } = text;
    let at = this.at + 1;
    for (let from = 0; from < length; from++) {
      const code = text.charCodeAt(from);
      if (code > 127) return false;
      bytes[at++] = code;
    }
    bytes[this.at] = length;
    this.at = at;
    return true;
  }

  private writeTag(tag: number): void {
    if (tag < 128) this.bytes[this.at++] = tag;
    else this.at = writeVarint(this.bytes, this.at, tag);
  }

  private reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.at + count));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }
}

const writeVarint = (bytes: Buffer, at: number, value: number): number => {
  let left = value;
  while (left > 127) {
    bytes[at++] = (left % 128) | 128;
    left = Math.floor(left / 128);
  }
  bytes[at++] = left;
  return at;
};

const varintLength = (value: number): number => {
  let length = 1;
  for (let left = value; left > 127; left = Math.floor(left / 128)) length++;
  return length;
};

// The digits of a valid id are lower-case: https://www.w3.org/TR/trace-context/#traceparent-header-field-values
const nibble = (code: number): number => (code > 57 ? (code | 32) - 87 : code - 48);

// A second has more nanoseconds than a number holds exactly, and most times fall into the second of the one before.
let knownSecond = -1;
let knownLow = 0;
let knownHigh = 0;

const learnSecond = (seconds: number): void => {
  const nanos = BigInt(seconds) * 1_000_000_000n;
  knownSecond = seconds;
  knownLow = Number(nanos & 0xffffffffn);
  knownHigh = Number(nanos >> 32n);
};
