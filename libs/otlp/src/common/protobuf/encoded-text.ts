import { isUtf8 } from 'node:buffer';
import { readKeyValue } from './attribute-hash.js';

/** Whether the bytes from `start` to `end` are text as protobuf wants it: UTF-8. */
export const isText = (bytes: Uint8Array, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) {
    if ((bytes[i] ?? 0) > 0x7f) return isUtf8(bytes.subarray(start, end));
  }
  return true;
};

/**
 * Whether all texts of the `KeyValue` that fills `bytes` from `start` to `end` are UTF-8: its key, its value, and
 * whatever is within that.
 *
 * @throws MalformedOtlpError
 */
export const holdsText = (bytes: Uint8Array, start: number, end: number): boolean => {
  // What every encoder writes: a key and then one scalar, with lengths and tags as short as they can be.
  const keyEnd = start + 2 + (bytes[start + 1] ?? 0);
  if (bytes[start] !== 0x0a || (bytes[start + 1] ?? 0x80) > 0x7f || bytes[keyEnd] !== 0x12)
    return isReadAsItIs(bytes, start, end);
  let at = keyEnd + 1;
  // A length of one byte or of two.
  at += (bytes[at] ?? 0) > 0x7f ? 2 : 1;
  if (at > end) return isReadAsItIs(bytes, start, end);
  if (at === end) return isText(bytes, start + 2, keyEnd);
  switch (bytes[at]) {
    case 0x0a: {
      const text = at + 1 + ((bytes[at + 1] ?? 0) > 0x7f ? 2 : 1);
      const size = (bytes[at + 1] ?? 0) > 0x7f ? twoByteLength(bytes, at + 1) : (bytes[at + 1] ?? 0);
      if (text + size !== end) return isReadAsItIs(bytes, start, end);
      return isText(bytes, start + 2, keyEnd) && isText(bytes, text, end);
    }
    case 0x10:
    case 0x18:
      // One varint and nothing behind it.
      for (let i = at + 1; i < end - 1; i++)
        if ((bytes[i] ?? 0) < 0x80) return isReadAsItIs(bytes, start, end);
      return isText(bytes, start + 2, keyEnd);
    case 0x21:
      return at + 9 === end ? isText(bytes, start + 2, keyEnd) : isReadAsItIs(bytes, start, end);
    default:
      return isReadAsItIs(bytes, start, end);
  }
};

const twoByteLength = (bytes: Uint8Array, at: number): number =>
  (bytes[at + 1] ?? 0x80) > 0x7f ? -1 : ((bytes[at] ?? 0) & 0x7f) | ((bytes[at + 1] ?? 0) << 7);

const isReadAsItIs = (bytes: Uint8Array, start: number, end: number): boolean =>
  readKeyValue(bytes.subarray(start, end)).invalidTexts === 0;
