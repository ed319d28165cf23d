import { gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
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

/**
 * Decompresses what HTTP calls deflate, with zlib's header around it. Loki's clients send it raw, without one.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.content-encoding
 */
const inflateEither: Decompressor = (body, options) => {
  // The low four bits of zlib's first byte are 8, and the first two bytes are a multiple of 31 (RFC 1950).
  const [first = 0, second = 0] = body;
  const hasHeader = (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
  return hasHeader ? inflateSync(body, options) : inflateRawSync(body, options);
};

const DECOMPRESSORS: Readonly<Record<string, Decompressor>> = {
  gzip: gunzipSync,
  deflate: inflateEither,
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
