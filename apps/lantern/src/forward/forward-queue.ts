import type { ForwardedRequest } from './forwarded-request.js';

/** Request in a queue. Its number tells it from all others of the queue. */
export interface QueuedRequest {
  readonly number: number;
  readonly request: ForwardedRequest;
}

/** Requests in the order of arrival, up to a limit in bytes. Beyond it the oldest are dropped. */
export interface ForwardQueue {
  readonly length: number;
  readonly byteLength: number;

  /**
   * Adds a request. Once the promise resolves, the request survives what the queue survives.
   *
   * @returns the number of requests that were dropped to make room, the new one included if it exceeds the limit alone
   */
  append(request: ForwardedRequest): Promise<number>;

  /** Returns the oldest request; undefined if there is none. */
  first(): Promise<QueuedRequest | undefined>;

  /** Removes the oldest request, if it still is the one with this number. */
  remove(number: number): Promise<void>;

  /** Idempotent. */
  close(): Promise<void>;
}
