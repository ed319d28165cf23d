import { type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { CORRELATION_HEADER, currentCorrelationId } from '../propagation/correlation.js';
import { currentRequest } from './served-request.js';

const idKey = Symbol('correlation id');
const headKey = Symbol('listener to the head of the response');

interface Answering {
  [idKey]?: string;
  [headKey]?: () => void;
}

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];
type WriteHead = (status: number, reason?: string | Headers, headers?: Headers) => ServerResponse;

/** Adds the correlation id to the response headers, unless the application sets one. */
export const answerWithCorrelationId = (response: ServerResponse, id: string): void => {
  if (response instanceof ServerResponse) (response as Answering)[idKey] = id;
  // The response of HTTP/2 has no slow path.
  else if ('setHeader' in response) (response as ServerResponse).setHeader(CORRELATION_HEADER, id);
};

/** Calls the listener when the head of the response is written, in the context of the code that writes it. */
export const onResponseHead = (response: ServerResponse, listener: () => void): void => {
  (response as Answering)[headKey] = listener;
};

/**
 * Adds the correlation id to responses at the moment at which their head is written. Set before, by `setHeader()`, it
 * would make Node take the slow path for frameworks that hand all headers to `writeHead()` at once, as Fastify does: every
 * header is then checked and stored one by one. Returns a function that undoes it.
 */
export const writeCorrelationHeaders = (): (() => void) => {
  const prototype = ServerResponse.prototype as { writeHead: WriteHead };

  const { writeHead } = prototype;
  const traced = function (
    this: ServerResponse & Answering,
    status: number,
    reason?: string | Headers,
    headers?: Headers,
  ): ServerResponse {
    this[headKey]?.();
    // A response without an ID of its own may belong to an injected request.
    const id = this[idKey] ?? (currentRequest() && currentCorrelationId());
    if (id === undefined || this.hasHeader(CORRELATION_HEADER)) {
      return writeHead.call(this, status, reason, headers);
    }
    const given = typeof reason === 'string' ? headers : (headers ?? reason);
    if (given === undefined) {
      this.setHeader(CORRELATION_HEADER, id);
      return writeHead.call(this, status, reason, headers);
    }
    const all = withCorrelation(given, id);
    return typeof reason === 'string'
      ? writeHead.call(this, status, reason, all)
      : writeHead.call(this, status, all);
  };
  prototype.writeHead = traced;
  return () => {
    // Other code may have wrapped the method again. Then this wrapper stays, and finds no more ids.
    if (prototype.writeHead === traced) prototype.writeHead = writeHead;
  };
};

/** A copy, since the application may keep the headers that it gave. */
const withCorrelation = (headers: Headers, id: string): Headers => {
  if (!Array.isArray(headers)) {
    for (const name in headers) if (isCorrelationHeader(name)) return headers;
    return { ...headers, [CORRELATION_HEADER]: id };
  }
  // Either pairs, or names and values in turn.
  if (Array.isArray(headers[0])) {
    const pairs = headers as string[][];
    return pairs.some(([name = '']) => isCorrelationHeader(name))
      ? pairs
      : [...pairs, [CORRELATION_HEADER, id]];
  }
  const named = headers.some((name, at) => at % 2 === 0 && isCorrelationHeader(String(name)));
  return named ? headers : [...headers, CORRELATION_HEADER, id];
};

const isCorrelationHeader = (name: string): boolean =>
  name.length === CORRELATION_HEADER.length && name.toLowerCase() === CORRELATION_HEADER;
