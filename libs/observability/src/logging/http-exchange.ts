import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { parseRetryAfter } from '../delivery/backoff.js';

const current = new AsyncLocalStorage<HttpExchange>();

/** https://nodejs.org/api/diagnostics_channel.html#http */
const REQUEST_CREATED = 'http.client.request.created';

/**
 * Sees the one HTTP request that a client makes which does not show it: how long the receiver asks to wait, and a way
 * to end it.
 */
export class HttpExchange {
  /** From `Retry-After`. */
  retryAfterMillis: number | undefined;
  private request: ClientRequest | undefined;

  /** Calls `send`, and ends its request when the request takes longer than the deadline in total. */
  async run<T>(deadlineMillis: number, send: () => Promise<T>): Promise<T> {
    const notice = (message: unknown): void => {
      if (current.getStore() === this) this.watch((message as { request: ClientRequest }).request);
    };
    const late = setTimeout(() => {
      this.request?.destroy(new Error(`no complete answer within ${deadlineMillis} ms`));
    }, deadlineMillis);
    late.unref();
    subscribe(REQUEST_CREATED, notice);
    try {
      return await current.run(this, send);
    } finally {
      unsubscribe(REQUEST_CREATED, notice);
      clearTimeout(late);
    }
  }

  private watch(request: ClientRequest): void {
    this.request = request;
    request.once('response', ({ headers }: IncomingMessage) => {
      this.retryAfterMillis = parseRetryAfter(headers['retry-after']);
    });
  }
}
