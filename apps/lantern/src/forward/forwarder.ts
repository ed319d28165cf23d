import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../transport/errors/failure.js';
import type { ForwardQueue } from './forward-queue.js';
import type { ForwardedRequest } from './forwarded-request.js';

const REQUEST_TIMEOUT_MILLIS = 30_000;
const FIRST_RETRY_MILLIS = 500;
const MAX_RETRY_MILLIS = 5_000;
/** Longest wait that a collector may ask for. */
const MAX_RETRY_AFTER_MILLIS = 300_000;
/** Minimum interval between two messages about the same fault. */
const REPORT_MILLIS = 60_000;

/** @see https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export interface ForwarderOptions {
  /** Base address of the collector: `http://collector:4318`. */
  readonly url: string;
  /** Further headers of each request, such as `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly queue: ForwardQueue;
  readonly report: Report;
}

/** Counts since the start of the process. */
export interface ForwardStatistics {
  readonly sentRequests: number;
  /** Requests that were dropped because the queue was full. */
  readonly droppedRequests: number;
  /** Requests that the collector rejected for good. */
  readonly rejectedRequests: number;
  readonly queuedRequests: number;
  readonly queuedBytes: number;
}

/**
 * Sends accepted OTLP requests on to a collector: byte for byte, in order, each at least once. While the collector is away they wait in
 * the queue. What a full queue drops, and what the collector rejects for good, is counted and reported.
 */
export class Forwarder {
  private readonly controller = new AbortController();
  private readonly reportedAtMillis = new Map<string, number>();
  private wake: () => void = () => undefined;
  private running: Promise<void> | undefined;
  private isAway = false;
  private sentRequests = 0;
  private droppedRequests = 0;
  private rejectedRequests = 0;

  constructor(private readonly options: ForwarderOptions) {}

  get statistics(): ForwardStatistics {
    const { sentRequests, droppedRequests, rejectedRequests } = this;
    const { length, byteLength } = this.options.queue;
    return {
      sentRequests,
      droppedRequests,
      rejectedRequests,
      queuedRequests: length,
      queuedBytes: byteLength,
    };
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Queues a request. A failure is reported and counted: the request is stored in Lantern all the same. */
  async add(request: ForwardedRequest): Promise<void> {
    try {
      const dropped = await this.options.queue.append(request);
      if (dropped > 0) {
        this.droppedRequests += dropped;
        this.reportOnce(
          'full',
          `The queue of ${this.options.url} is full: ${this.droppedRequests} requests have been dropped since the start. Raise LANTERN_MAX_FORWARD_BYTES, or see to the collector.`,
        );
      }
    } catch (error) {
      this.droppedRequests++;
      this.reportOnce(
        'queue',
        `A request could not be queued for ${this.options.url} (${messageOf(error)}): ${this.droppedRequests} have been dropped since the start.`,
      );
    }
    this.wake();
  }

  /** Stops sending. What is in a queue on disk is sent after the next start. */
  async stop(): Promise<void> {
    this.controller.abort();
    this.wake();
    await this.running;
    const { queue, url, report } = this.options;
    const { length } = queue;
    await queue.close();
    if (length > 0) report(`${length} requests wait for ${url}.`);
  }

  private async run(): Promise<void> {
    const { signal } = this.controller;
    let retryMillis = FIRST_RETRY_MILLIS;
    while (!this.isStopped()) {
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      const first = await this.options.queue.first().catch((error: unknown) => {
        this.reportOnce('queue', `The queue of ${this.options.url} cannot be read: ${messageOf(error)}`);
        return undefined;
      });
      if (first === undefined) {
        await woken;
        continue;
      }
      const answer = await this.send(first.request);
      if (this.isStopped()) return;
      if (answer.retry === undefined) {
        retryMillis = FIRST_RETRY_MILLIS;
        if (this.isAway) this.options.report(`${this.options.url} takes requests again.`);
        this.isAway = false;
        await this.remove(first.number);
        continue;
      }
      if (!this.isAway)
        this.options.report(
          `${this.options.url} takes no requests (${answer.retry.reason}): they wait in the queue.`,
        );
      this.isAway = true;
      // Jitter, so that many senders do not come back at the same moment.
      const millis = answer.retry.afterMillis ?? retryMillis * (0.5 + Math.random());
      retryMillis = Math.min(2 * retryMillis, MAX_RETRY_MILLIS);
      await sleep(millis, undefined, { signal }).catch(() => undefined);
    }
  }

  private isStopped(): boolean {
    return this.controller.signal.aborted;
  }

  /** A position that cannot be written does not stop the queue: after a restart the request is sent again. */
  private async remove(number: number): Promise<void> {
    try {
      await this.options.queue.remove(number);
    } catch (error) {
      this.reportOnce('queue', `The queue of ${this.options.url} cannot be written: ${messageOf(error)}`);
    }
  }

  private async send(request: ForwardedRequest): Promise<Answer> {
    const { url, headers } = this.options;
    const { signal: otlpSignal, contentType, contentEncoding, body } = request;
    let response: Response;
    try {
      response = await fetch(new URL(`v1/${otlpSignal}`, `${url.replace(/\/$/, '')}/`), {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': contentType,
          ...(contentEncoding !== '' && { 'content-encoding': contentEncoding }),
        },
        body: new Uint8Array(body),
        // A collector that redirects is configured wrongly, and a redirect would lose the body.
        redirect: 'error',
        signal: AbortSignal.any([this.controller.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MILLIS)]),
      });
      // An answer that is not read keeps its connection from being used again.
      await response.arrayBuffer();
    } catch (error) {
      return { retry: { reason: messageOf(error) } };
    }
    if (response.ok) {
      this.sentRequests++;
      return {};
    }
    if (RETRYABLE.has(response.status))
      return { retry: { reason: `HTTP ${response.status}`, afterMillis: retryAfterMillis(response) } };
    this.rejectedRequests++;
    this.reportOnce(
      'rejected',
      `${url} rejects requests with HTTP ${response.status}, which a retry would not change: ${this.rejectedRequests} since the start.`,
    );
    return {};
  }

  private reportOnce(fault: string, message: string): void {
    const now = performance.now();
    if (now - (this.reportedAtMillis.get(fault) ?? -Infinity) < REPORT_MILLIS) return;
    this.reportedAtMillis.set(fault, now);
    this.options.report(message);
  }
}

interface Answer {
  /** Why, and when, to send the request again. Absent when it is done with. */
  readonly retry?: { readonly reason: string; readonly afterMillis?: number | undefined };
}

/** Seconds or a date, as in HTTP. */
const retryAfterMillis = ({ headers }: Response): number | undefined => {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const millis = /^\d+$/.test(text) ? 1_000 * Number(text) : Date.parse(text) - Date.now();
  return Number.isNaN(millis) ? undefined : Math.min(Math.max(millis, 0), MAX_RETRY_AFTER_MILLIS);
};

const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? cause.message || cause.name : error.message;
};
