import { BadRequest } from '../bad-request.js';

/** Length of a literal from which on it is copied as a whole. A shorter one is copied faster byte by byte. */
const MIN_BULK_BYTES = 64;

const malformed = (reason: string) => new BadRequest(`snappy: corrupt input: ${reason}`);

/**
 * Undoes snappy's block format, which Loki's senders wrap protobuf in. Every length and offset is checked, so
 * no input reads or writes beyond its bounds.
 *
 * @param maxBytes the most that it may become
 * @throws {BadRequest}
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */
export const decompressSnappy = (input: Uint8Array, maxBytes: number): Uint8Array => {
  let at = 0;
  const byte = (): number => {
    const value = input[at++];
    if (value === undefined) throw malformed('it ends too early');
    return value;
  };
  const littleEndian = (count: number): number => {
    let value = 0;
    for (let index = 0; index < count; index++) value += byte() * 2 ** (8 * index);
    return value;
  };

  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const part = byte();
    length += (part & 0x7f) * 2 ** shift;
    if (part < 0x80) break;
    if (shift === 28) throw malformed('its length is out of range');
  }
  if (length > maxBytes) throw new SnappyTooLarge(length, maxBytes);

  const output = new Uint8Array(length);
  let written = 0;
  while (at < input.length) {
    const tag = input[at++] ?? 0;
    const kind = tag & 3;
    if (kind === 0) {
      // A literal: up to 60 bytes in the tag itself, otherwise in the one to four bytes that follow.
      const short = tag >>> 2;
      const count = (short < 60 ? short : littleEndian(short - 59)) + 1;
      if (count > input.length - at || count > length - written) throw malformed('a literal is too long');
      if (count < MIN_BULK_BYTES)
        for (let left = count; left > 0; left--) output[written++] = input[at++] ?? 0;
      else {
        output.set(input.subarray(at, at + count), written);
        at += count;
        written += count;
      }
      continue;
    }
    // A copy of what has been written before, 4 to 11 or 1 to 64 bytes of it.
    let count = (tag >>> 2) + 1;
    let offset: number;
    if (kind === 2 && at + 2 <= input.length) {
      offset = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8);
      at += 2;
    } else if (kind === 1) {
      count = ((tag >>> 2) & 7) + 4;
      offset = (tag >>> 5) * 256 + byte();
    } else offset = littleEndian(kind === 2 ? 2 : 4);
    if (offset === 0 || offset > written || count > length - written)
      throw malformed('a copy is out of bounds');
    // Byte by byte, because what is copied may overlap what is written.
    const end = written + count;
    for (let from = written - offset; written < end; written++, from++) output[written] = output[from] ?? 0;
  }
  if (written !== length) throw malformed(`it holds ${written} bytes instead of ${length}`);
  return output;
};

/** It says itself that it would become larger than it may. */
export class SnappyTooLarge extends Error {
  override readonly name = 'SnappyTooLarge';
  readonly statusCode = 413;

  constructor(bytes: number, maxBytes: number) {
    super(`request body too large: ${bytes} bytes, limit: ${maxBytes} bytes`);
  }
}
