import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';

/** What there is of each chunk of a block, as one: how many, then each one behind its length. */
export const joinParts = (parts: readonly Uint8Array[]): Uint8Array => {
  const writer = new ByteWriter();
  writer.varint(parts.length);
  for (const part of parts) writer.bytes(part);
  return writer.finish();
};

/**
 * Views of the parts.
 *
 * @throws DamageError
 */
export const splitParts = (joined: Uint8Array): Uint8Array[] => {
  const reader = new ByteReader(joined);
  return Array.from({ length: reader.varint() }, () => reader.bytes());
};
