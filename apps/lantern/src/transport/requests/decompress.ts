import { promisify } from 'node:util';
import {
  gunzip,
  gunzipSync,
  inflate,
  inflateRaw,
  inflateRawSync,
  inflateSync,
  zstdDecompress,
  zstdDecompressSync,
} from 'node:zlib';
import { HttpError } from '../errors/http-error.js';
import { MAX_BODY_BYTES } from './limits.js';

/**
 * Returns the size of the output buffers. Few large buffers are faster than many of Node's default size, but
 * allocating a large buffer costs more than decompressing a small body.
 */
const chunkSizeFor = (compressedBytes: number): number =>
  Math.min(Math.max(8 * compressedBytes, 4 * 1024), 256 * 1024);

interface Options {
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

interface Decompressor {
  /** Decompresses on the main thread, which is faster for small bodies. */
  readonly sync: (body: Uint8Array, options: Options) => Buffer;
  /** Decompresses on the thread pool. */
  readonly async: (body: Uint8Array, options: Options) => Promise<Buffer>;
}

/** Maximum compressed size of bodies that are decompressed on the main thread. */
const MAX_SYNC_BYTES = 16 * 1024;

/** Maximum number of bodies that are decompressed on the thread pool at a time: their output is in no limit yet. */
const MAX_ASYNC = 2;

/**
 * Returns whether a `deflate` body has zlib's header, as HTTP requires. Loki's clients send it without one.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.content-encoding
 */
const hasZlibHeader = ([first = 0, second = 0]: Uint8Array): boolean =>
  // The low four bits of zlib's first byte are 8, and the first two bytes are a multiple of 31 (RFC 1950).
  (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;

const [gunzipAsync, inflateAsync, inflateRawAsync, zstdAsync] = [
  promisify<Uint8Array, Options, Buffer>(gunzip),
  promisify<Uint8Array, Options, Buffer>(inflate),
  promisify<Uint8Array, Options, Buffer>(inflateRaw),
  promisify<Uint8Array, Options, Buffer>(zstdDecompress),
];

const DECOMPRESSORS: Readonly<Record<string, Decompressor>> = {
  gzip: { sync: gunzipSync, async: gunzipAsync },
  deflate: {
    sync: (body, options) => (hasZlibHeader(body) ? inflateSync : inflateRawSync)(body, options),
    async: (body, options) => (hasZlibHeader(body) ? inflateAsync : inflateRawAsync)(body, options),
  },
  zstd: { sync: zstdDecompressSync, async: zstdAsync },
};

let asyncCount = 0;
const waiting: (() => void)[] = [];

/** Runs the work when fewer than {@link MAX_ASYNC} others run. */
const whenFree = async (work: () => Promise<Buffer>): Promise<Buffer> => {
  if (asyncCount === MAX_ASYNC) await new Promise<void>((resolve) => waiting.push(resolve));
  else asyncCount++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else asyncCount--;
  }
};

/**
 * Returns the decompressed body.
 *
 * @param encoding value of `Content-Encoding`
 * @throws {HttpError} 400 when the body is malformed, 413 when it is too large, 415 when the encoding is unknown
 */
export const decompress = async (body: Buffer, encoding: string | undefined): Promise<Buffer> => {
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
    const options = { maxOutputLength: MAX_BODY_BYTES, chunkSize: chunkSizeFor(body.length) };
    return body.length <= MAX_SYNC_BYTES
      ? decompressor.sync(body, options)
      : await whenFree(() => decompressor.async(body, options));
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
