import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';

/** Kind of telemetry in a record. The numbers are part of the file format. */
export const RecordKind = { traces: 1, logs: 2, metrics: 3 } as const;
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

/** Mark at the start of every record, so that a reader can continue after a damaged one. */
const MARK = Buffer.from([0xf5, 0x4c, 0x4e, 0x54]);
/** Size of the mark, the length of the payload, the kind, and the CRC-32 of length, kind and payload. */
const HEADER_BYTES = 13;

/** Returns the header of a record. */
export const recordHeader = (kind: RecordKind, payload: Uint8Array): Buffer => {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.set(MARK);
  header.writeUInt32LE(payload.length, 4);
  header[8] = kind;
  header.writeUInt32LE(crc32(payload, crc32(header.subarray(4, 9))), 9);
  return header;
};

export interface RecordAt {
  readonly kind: number;
  /** A view. */
  readonly payload: Buffer;
  /** Offset of the end of the record. */
  readonly end: number;
}

/**
 * Yields all complete records of a segment. Byte ranges without a complete record are passed to `onDamage`. A range at
 * the end of the segment has `isLast`: the end of a process may have interrupted its last write.
 */
export function* recordsIn(
  segment: Buffer,
  onDamage: (length: number, offset: number, isLast: boolean) => void,
): Generator<RecordAt> {
  let offset = 0;
  while (offset < segment.length) {
    const end = endOfRecord(segment, offset);
    if (end !== undefined) {
      yield { kind: segment[offset + 8] ?? 0, payload: segment.subarray(offset + HEADER_BYTES, end), end };
      offset = end;
      continue;
    }
    let next = segment.indexOf(MARK, offset + 1);
    while (next >= 0 && endOfRecord(segment, next) === undefined) next = segment.indexOf(MARK, next + 1);
    if (next < 0) {
      onDamage(segment.length - offset, offset, true);
      return;
    }
    onDamage(next - offset, offset, false);
    offset = next;
  }
}

/** Returns undefined when no complete record begins at `start`. */
const endOfRecord = (bytes: Buffer, start: number): number | undefined => {
  if (start + HEADER_BYTES > bytes.length || MARK.compare(bytes, start, start + 4) !== 0) return undefined;
  const end = start + HEADER_BYTES + bytes.readUInt32LE(start + 4);
  if (end > bytes.length) return undefined;
  const headerCrc = crc32(bytes.subarray(start + 4, start + 9));
  const crc = crc32(bytes.subarray(start + HEADER_BYTES, end), headerCrc);
  return crc === bytes.readUInt32LE(start + 9) ? end : undefined;
};
