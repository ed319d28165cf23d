import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { HttpError } from './http-error.js';
import { MAX_BODY_BYTES } from './limits.js';

/**
 * The size of the pieces in which the output comes. Few large ones are faster than many of Node's default size; one
 * that is far too large for a small body costs more than reading it.
 */
const chunkSizeFor = (compressedBytes: number): number =>
  Math.min(Math.max(8 * compressedBytes, 4 * 1024), 256 * 1024);

type Decompressor = (
  body: Uint8Array,
  options: { readonly maxOutputLength: number; readonly chunkSize: number },
) => Buffer;

const DECOMPRESSORS: Readonly<Record<string, Decompressor>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  zstd: zstdDecompressSync,
};

/**
 * The body as it was before the sender compressed it.
 *
 * @param encoding the header `Content-Encoding`
 * @throws {HttpError} 400 when it is broken, 413 when it is too large, 415 when the encoding is unknown
 */
export const decompress = (body: Buffer, encoding: string | undefined): Buffer => {
  const name = (encoding ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return body;
  const decompressor = Object.hasOwn(DECOMPRESSORS, name) ? DECOMPRESSORS[name] : undefined;
  if (decompressor === undefined) {
    throw new HttpError(
      415,
      `unsupported Content-Encoding "${encoding}", supported: ${Object.keys(DECOMPRESSORS).join(', ')}`,
    );
  }
  try {
    return decompressor(body, { maxOutputLength: MAX_BODY_BYTES, chunkSize: chunkSizeFor(body.length) });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new HttpError(413, `the body is larger than ${MAX_BODY_BYTES} bytes once it is decompressed`);
    }
    throw new HttpError(
      400,
      `the body is no valid ${name}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};
