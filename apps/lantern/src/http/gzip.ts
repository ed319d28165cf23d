import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

const deflateRawAsync = promisify(deflateRaw);

/** 0.48 MB of 11 MB of spans after 40 ms; the highest level gives 0.43 MB after 90 ms. */
const LEVEL = 5;

/** Pieces of this size are compressed side by side, so that an answer of megabytes waits for more than one core. */
const PIECE_BYTES = 2 * 1024 * 1024;

/** How far back deflate refers: each piece knows so much of what stands before it. */
const WINDOW_BYTES = 32 * 1024;

/** Output comes in pieces of this size; the default would make hundreds of them. */
const CHUNK_BYTES = 256 * 1024;

/** Deflate; no file name, no time; of no particular operating system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/**
 * One gzip member, as any decoder reads it, compressed on the thread pool.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1952
 */
export const gzip = async (body: Buffer): Promise<Buffer> => {
  const pieces: Promise<Buffer>[] = [];
  for (let start = 0; start === 0 || start < body.length; start += PIECE_BYTES) {
    const end = start + PIECE_BYTES;
    pieces.push(
      deflateRawAsync(body.subarray(start, end), {
        level: LEVEL,
        chunkSize: CHUNK_BYTES,
        // All but the last end at a byte, so that the next can follow, and do not say that they are the last.
        finishFlush: end < body.length ? constants.Z_SYNC_FLUSH : constants.Z_FINISH,
        ...(start > 0 && { dictionary: body.subarray(start - WINDOW_BYTES, start) }),
      }),
    );
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(body), 0);
  trailer.writeUInt32LE(body.length % 2 ** 32, 4);
  return Buffer.concat([HEADER, ...(await Promise.all(pieces)), trailer]);
};
