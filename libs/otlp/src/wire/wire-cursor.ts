const NO_BYTES = new Uint8Array(0);

/**
 * Thrown by a {@link WireCursor} at a malformed field. It has no message for clients: decode the same bytes with a
 * `WireReader`, which names the field and the offset.
 */
export const MALFORMED = new Error('Malformed protobuf');

/**
 * Position in protobuf bytes, for scans that build no objects and know the tags they expect. Every read is checked
 * against the end of the message that it belongs to. Use `WireReader` to decode.
 *
 * ```ts
 * while (cursor.at < end) {
 *   const tag = cursor.tag(end);
 *   if (tag === SPAN_NAME) cursor.at = cursor.messageEnd(end);
 *   else cursor.skipUnknown(tag, end, LAST_SPAN_FIELD);
 * }
 * ```
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class WireCursor {
  bytes: Uint8Array = NO_BYTES;
  view: DataView = new DataView(NO_BYTES.buffer);
  /** Offset of the next byte. */
  at = 0;
  /** Lower and upper 32 bits of the last {@link varint}, unsigned. */
  low = 0;
  high = 0;

  moveTo(bytes: Uint8Array, offset: number): void {
    this.at = offset;
    if (this.bytes === bytes) return;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Reads a tag: field number and wire type, `number << 3 | type`. */
  tag(end: number): number {
    const first = this.bytes[this.at] ?? 0;
    if (first < 0x80 && first > 7) {
      this.at++;
      return first;
    }
    this.varint(end);
    if (this.high !== 0 || this.low >>> 3 === 0) throw MALFORMED;
    return this.low;
  }

  /** Reads a varint into {@link low} and {@link high}. */
  varint(end: number): void {
    const { bytes } = this;
    const first = bytes[this.at] ?? 0;
    if (first < 0x80 && this.at < end) {
      this.at++;
      this.low = first;
      this.high = 0;
    } else this.longVarint(end);
  }

  private longVarint(end: number): void {
    const { bytes } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (this.at >= end) throw MALFORMED;
      const byte = bytes[this.at++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      // The tenth byte has room for one bit of 64.
      else if (byte <= 1) high |= byte << 31;
      else throw MALFORMED;
      if (byte < 0x80) break;
    }
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  /**
   * Reads the length of a length-delimited field and moves to the first byte of its content.
   *
   * @returns the end of its content
   */
  messageEnd(end: number): number {
    const first = this.bytes[this.at] ?? 0;
    let length = first;
    if (first < 0x80 && this.at < end) this.at++;
    else {
      this.varint(end);
      if (this.high !== 0) throw MALFORMED;
      length = this.low;
    }
    if (length > end - this.at) throw MALFORMED;
    return this.at + length;
  }

  /** Moves past `count` bytes. */
  advance(count: number, end: number): void {
    if (count > end - this.at) throw MALFORMED;
    this.at += count;
  }

  /**
   * Skips a field whose tag the caller does not expect.
   *
   * @param lastKnownField highest field number of the schema. A field up to it has the wrong wire type, so it is rejected.
   */
  skipUnknown(tag: number, end: number, lastKnownField: number): void {
    if (tag >>> 3 <= lastKnownField) throw MALFORMED;
    this.skip(tag, end);
  }

  /** Skips a field of any number. */
  skip(tag: number, end: number): void {
    switch (tag & 7) {
      case 0:
        this.varint(end);
        return;
      case 1:
        this.advance(8, end);
        return;
      case 2:
        this.at = this.messageEnd(end);
        return;
      case 5:
        this.advance(4, end);
        return;
      default:
        // OTLP is proto3, which has no groups.
        throw MALFORMED;
    }
  }
}
