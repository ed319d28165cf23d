import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, context, diag } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { Backoff } from '../delivery/backoff.js';
import { countLostSpans } from '../delivery/losses.js';
import type { SpanSender } from './span-sender.js';

/** Minimum interval, in milliseconds, between reports of dropped spans. */
const REPORT_AGAIN_AFTER_MILLIS = 60_000;

/** Maximum number of spans in an attempt while the backend is away: each attempt costs its encoding. */
const PROBE_SPANS = 64;

export interface SpanDeliveryOptions {
  sender: SpanSender;
  report: (level: 'warn' | 'info', message: string) => void;
  /** Maximum number of waiting spans. A span beyond it is dropped and counted. */
  maxQueueSize: number;
  /** Maximum number of spans in one request. */
  maxBatchSize: number;
  /** Maximum time, in milliseconds, for which a span waits for others to share its request. */
  delayMillis: number;
  backoff?: Backoff;
}

/**
 * Sends spans from a bounded queue. Spans go out in batches, in order, one request at a time. The outcome of a request
 * decides:
 *
 * - accepted: the next batch is sent;
 * - refused: the batch is split in halves until the rejected spans are alone; they are dropped and counted;
 * - later: the batch goes back to the head of the queue and is retried with growing, jittered pauses, without a limit.
 *
 * A span that does not fit into the queue is dropped and counted, because the waiting spans are more likely to be whole
 * traces. Reports once that the backend is away and once, with the loss, that it is back.
 */
export class SpanDelivery {
  private queue: ReadableSpan[] = [];
  private underWay: readonly ReadableSpan[] = [];
  private readonly backoff: Backoff;
  /** Runs something outside of any request, so that neither its trace nor its memory is kept by a timer. */
  private readonly outside = AsyncLocalStorage.snapshot();
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<boolean> | undefined;
  private away = false;
  private refusing = false;
  private stopped = false;
  private lost = 0;
  private reportAgainAt = 0;

  constructor(private readonly options: SpanDeliveryOptions) {
    this.backoff = options.backoff ?? new Backoff();
  }

  /** Accepted spans that are neither delivered nor dropped. */
  get undelivered(): number {
    return this.queue.length + this.underWay.length;
  }

  /** Whether the last attempt failed. */
  get isFailing(): boolean {
    return this.away;
  }

  /** Accepts a span, or drops it if the queue is full. Spans after a shutdown are ignored. */
  push(span: ReadableSpan): void {
    if (this.stopped) return;
    if (this.queue.length >= this.options.maxQueueSize) {
      this.lost++;
      countLostSpans('queue_full', 1);
      return;
    }
    this.queue.push(span);
    if (this.away || this.sending) return;
    // Not at once: the request that fills a batch would wait for its encoding.
    if (this.queue.length === this.options.maxBatchSize) this.sendIn(0);
    else if (!this.timer) this.sendIn(this.options.delayMillis);
  }

  /** Sends the waiting spans, at most one attempt a batch. Never rejects. */
  async flush(): Promise<void> {
    // An attempt in progress may fail because the backend was away; the waiting spans still get an attempt of their own.
    await this.sending;
    while (this.queue.length > 0) if (!(await this.send())) return;
  }

  /** Flushes once and stops. */
  async shutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.flush();
  }

  /** Reports the losses that are not reported yet, and the spans that are left after the shutdown. */
  conclude(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    const { target } = this.options.sender;
    if (this.lost > 0 && this.away) {
      this.options.report('warn', `${this.lost} spans were lost while ${target} was away`);
    } else if (this.lost > 0) this.reportDropped();
    this.lost = 0;
    this.reportLeft(this.undelivered);
    this.queue = [];
    this.underWay = [];
  }

  /** Sends all held spans, blocking, at the end of the process, when nothing asynchronous runs any more. */
  sendRest(timeoutMillis: number): void {
    const rest = [...this.underWay, ...this.queue];
    this.queue = [];
    this.underWay = [];
    const left = this.options.sender.sendBlocking(rest, timeoutMillis);
    this.conclude();
    this.reportLeft(left);
  }

  private reportLeft(count: number): void {
    if (count === 0) return;
    countLostSpans('export_failed', count);
    const { target } = this.options.sender;
    this.options.report('warn', `${count} spans were not sent to ${target} before the end`);
  }

  private sendIn(millis: number): void {
    clearTimeout(this.timer);
    this.outside(() => {
      this.timer = setTimeout(() => void this.send(), millis).unref();
    });
  }

  /** Sends one batch unless one is in progress; returns false when it could not be delivered now. */
  private send(): Promise<boolean> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sending ??= this.outside(() => context.with(untraced, () => this.sendBatch()));
    return this.sending;
  }

  private async sendBatch(): Promise<boolean> {
    const { maxBatchSize, delayMillis } = this.options;
    let retryAfterMillis: number | undefined;
    try {
      const size = this.away ? Math.min(PROBE_SPANS, maxBatchSize) : maxBatchSize;
      retryAfterMillis = await this.deliver(this.queue.splice(0, size));
    } catch (error) {
      // A sender that breaks its promise not to throw must not end the host.
      diag.error('Spans could not be sent and are kept', error);
      this.queue.unshift(...this.underWay);
      this.away = true;
      retryAfterMillis = 0;
    }
    this.underWay = [];
    this.sending = undefined;
    if (this.queue.length > 0 && !this.stopped) {
      if (retryAfterMillis !== undefined) this.sendIn(this.backoff.next(retryAfterMillis));
      else this.sendIn(this.queue.length >= maxBatchSize ? 0 : delayMillis);
    }
    return retryAfterMillis === undefined;
  }

  /** Resolves once each span was accepted or dropped, or else with the time after which the receiver allows a retry. */
  private async deliver(batch: readonly ReadableSpan[]): Promise<number | undefined> {
    const parts = [batch];
    this.underWay = batch;
    let refused = 0;
    let refusal = '';
    for (let part = parts.shift(); part !== undefined && part.length > 0; part = parts.shift()) {
      const outcome = await this.options.sender.send(part);
      if (outcome.kind === 'later') {
        this.underWay = [];
        this.queue = [...part, ...parts.flat(), ...this.queue];
        if (refused > 0) this.reportRefused(refused, refusal);
        this.wentAway(outcome.reason);
        return outcome.retryAfterMillis ?? 0;
      }
      this.cameBack();
      if (outcome.kind === 'refused' && part.length > 1) {
        const half = Math.ceil(part.length / 2);
        parts.unshift(part.slice(0, half), part.slice(half));
        continue;
      }
      this.underWay = parts.flat();
      const rejected =
        outcome.kind === 'refused' ? { count: part.length, reason: outcome.reason } : outcome.rejected;
      if (!rejected) continue;
      refused += rejected.count;
      refusal = rejected.reason;
      countLostSpans('refused', rejected.count);
    }
    this.reportRefused(refused, refusal);
    if (this.lost > 0 && Date.now() >= this.reportAgainAt) this.reportDropped();
    return undefined;
  }

  private wentAway(reason: string): void {
    if (this.away) return;
    this.away = true;
    if (this.stopped) return;
    this.options.report(
      'warn',
      `Spans cannot be sent to ${this.options.sender.target} (${reason}); they are kept until it answers, new ones are ` +
        'dropped when they become too many',
    );
  }

  private cameBack(): void {
    if (!this.away) return;
    this.away = false;
    this.backoff.reset();
    const lost = this.lost === 0 ? 'none' : this.lost;
    this.options.report('info', `Spans reach ${this.options.sender.target} again; ${lost} were lost`);
    this.lost = 0;
  }

  /** Reports consecutive batches with rejected spans once, until a batch is accepted as a whole. */
  private reportRefused(count: number, reason: string): void {
    if (count > 0 && !this.refusing) {
      const { target } = this.options.sender;
      this.options.report('warn', `${target} refused ${count} ${count === 1 ? 'span' : 'spans'}: ${reason}`);
    }
    this.refusing = count > 0;
  }

  private reportDropped(): void {
    this.options.report(
      'warn',
      `${this.lost} spans were dropped: they end faster than they are sent to ${this.options.sender.target}`,
    );
    this.lost = 0;
    this.reportAgainAt = Date.now() + REPORT_AGAIN_AFTER_MILLIS;
  }
}

const untraced = suppressTracing(ROOT_CONTEXT);
