import { crc32 } from 'node:zlib';
import type { ForwardedRequest } from './forwarded-request.js';

/** Length of the description, length of the body, and the checksum of both: 4 bytes each, little endian. */
export const HEADER_BYTES = 12;

export interface RecordHeader {
  readonly descriptionBytes: number;
  readonly bodyBytes: number;
  readonly checksum: number;
}

/** Returns a request as a record of a file. */
export const encodeRecord = ({ body, ...description }: ForwardedRequest): Buffer => {
  const head = Buffer.from(JSON.stringify(description));
  const record = Buffer.allocUnsafe(HEADER_BYTES + head.length + body.length);
  record.writeUInt32LE(head.length, 0);
  record.writeUInt32LE(body.length, 4);
  record.set(head, HEADER_BYTES);
  record.set(body, HEADER_BYTES + head.length);
  record.writeUInt32LE(crc32(record.subarray(HEADER_BYTES)), 8);
  return record;
};

export const decodeHeader = (bytes: Buffer): RecordHeader => ({
  descriptionBytes: bytes.readUInt32LE(0),
  bodyBytes: bytes.readUInt32LE(4),
  checksum: bytes.readUInt32LE(8),
});

export const recordBytes = ({ descriptionBytes, bodyBytes }: RecordHeader): number =>
  HEADER_BYTES + descriptionBytes + bodyBytes;

/** Returns the request of a record's content; undefined for a content that does not have its checksum. */
export const decodeContent = (
  { descriptionBytes, checksum }: RecordHeader,
  content: Buffer,
): ForwardedRequest | undefined => {
  if (crc32(content) !== checksum) return undefined;
  const description = JSON.parse(content.toString('utf8', 0, descriptionBytes)) as Omit<
    ForwardedRequest,
    'body'
  >;
  return { ...description, body: content.subarray(descriptionBytes) };
};
