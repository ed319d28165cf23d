import http, { type Agent, type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** Endpoint, headers, compression and timeout of an OTLP/HTTP request. */
export interface OtlpHttpOptions {
  url: string;
  headers: () => Promise<Record<string, string>>;
  compression: 'gzip' | 'none';
  timeoutMillis: number;
}

export interface OtlpAnswer {
  status: number;
  statusText: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Maximum size of a response, in bytes. OTLP responses are short; a server that sends more is no OTLP receiver. */
const MAX_ANSWER_BYTES = 1024 * 1024;

const compress = promisify(gzip);

/**
 * Makes one request. Unlike the exporters of OpenTelemetry it does not retry: its caller retries, for longer and with a
 * limit.
 *
 * @throws when there is no complete response within the timeout
 */
export const postOtlp = async (
  options: OtlpHttpOptions,
  agent: Agent,
  plain: Uint8Array,
): Promise<OtlpAnswer> => {
  const url = new URL(options.url);
  const body = options.compression === 'gzip' ? await compress(plain) : plain;
  const headers: Record<string, string | number> = {
    ...(await options.headers()),
    'Content-Length': body.length,
  };
  if (options.compression === 'gzip') headers['Content-Encoding'] = 'gzip';
  const { request: begin } = url.protocol === 'https:' ? https : http;
  let request: ClientRequest | undefined;
  const late = setTimeout(() => {
    request?.destroy(new Error(`no complete answer within ${options.timeoutMillis} ms`));
  }, options.timeoutMillis);
  late.unref();
  try {
    return await new Promise<OtlpAnswer>((resolve, reject) => {
      request = begin(url, { method: 'POST', headers, agent }, (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) response.destroy(new Error('the answer has no end'));
          else chunks.push(chunk);
        });
        response.once('error', reject);
        response.once('end', () => {
          const { statusCode = 0, statusMessage = '', headers: answered } = response;
          resolve({
            status: statusCode,
            statusText: statusMessage,
            headers: answered,
            body: Buffer.concat(chunks),
          });
        });
      });
      request.once('error', reject);
      request.end(body);
    });
  } finally {
    clearTimeout(late);
  }
};
