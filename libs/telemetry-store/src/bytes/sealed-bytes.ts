import { Buffer } from 'node:buffer';
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { DamageError } from './byte-reader.js';

/** Size of the CRC-32 of the rest, and of the length before compression. */
const HEADER_BYTES = 8;

/**
 * Compresses and checksums a part of a block. Level 1, because higher levels save 10 % of the space for four times the
 * work.
 */
export const sealBytes = (content: Uint8Array): Buffer => {
  const compressed = zstdCompressSync(content, {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
    chunkSize: Math.max(64, content.length),
  });
  const sealed = Buffer.allocUnsafe(HEADER_BYTES + compressed.length);
  sealed.writeUInt32LE(content.length, 4);
  sealed.set(compressed, HEADER_BYTES);
  sealed.writeUInt32LE(crc32(sealed.subarray(4)), 0);
  return sealed;
};

/** Verifies and decompresses a part of a block. @throws DamageError */
export const openSealedBytes = (sealed: Uint8Array | undefined): Buffer => {
  if (!sealed || sealed.length < HEADER_BYTES) throw new DamageError('a part is missing');
  const buffer = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (crc32(buffer.subarray(4)) !== buffer.readUInt32LE(0)) throw new DamageError('a checksum is wrong');
  const length = buffer.readUInt32LE(4);
  const content = zstdDecompressSync(buffer.subarray(HEADER_BYTES), {
    // Larger than the content: zlib would take an exactly full buffer as full and allocate a second one.
    chunkSize: length + 64,
    maxOutputLength: length + 64,
  });
  if (content.length !== length) throw new DamageError('a part has another length');
  return content;
};
