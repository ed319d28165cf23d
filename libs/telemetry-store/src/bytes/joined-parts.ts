import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';

/** Joins one part of every chunk of a block: the number of parts, then each part with a length prefix. */
export const joinParts = (parts: readonly Uint8Array[]): Uint8Array => {
  const writer = new ByteWriter();
  writer.varint(parts.length);
  for (const part of parts) writer.bytes(part);
  return writer.finish();
};

/**
 * Returns views of the joined parts.
 *
 * @throws DamageError
 */
export const splitParts = (joined: Uint8Array): Uint8Array[] => {
  const reader = new ByteReader(joined);
  return Array.from({ length: reader.varint() }, () => reader.bytes());
};
