import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { LEVEL, MESSAGE } from 'triple-beam';
import { format } from 'winston';
import type WinstonLoki from 'winston-loki';
import Transport from 'winston-transport';
import { describeError } from '../errors.js';
import { countLostLogLines } from '../metrics/losses.js';
import { type Bounds, LineQueue, type QueuedLine } from './line-queue.js';
import type { LogRecord } from './log-record.js';

/** A line waits at most this long for others to share its request, in milliseconds. */
const gatherMillis = 250;

const requestTimeoutMillis = 5000;
const firstRetryMillis = 500;
const lastRetryMillis = 5000;

/** What one request carries; Loki refuses bodies above some megabytes. */
const batchBounds: Bounds = { lines: 1000, characters: 512 * 1024 };

/** What is kept while Loki is away: minutes of a busy service, some megabytes of memory. */
const queueBounds: Bounds = { lines: 20_000, characters: 8 * 1024 * 1024 };

export interface LokiTransportOptions {
  /** Base URL; credentials in it become basic authentication. */
  url: string;
  /** Labels of the stream. Few and constant: each combination is a stream of its own. */
  labels: Record<string, string>;
  /** Told when Loki goes away, comes back, or refuses lines: once each, not for each line. */
  report: (level: 'warn' | 'info', message: string) => void;
  queueBounds?: Bounds;
}

/**
 * A bounded queue in front of winston-loki, which by itself keeps everything while Loki is down, repeats a refused batch
 * for ever and pauses for a minute after a failure. Each batch gets a winston-loki transport of its own, whose
 * `close()` makes exactly one request: so the outcome is known, and what failed is kept or dropped here.
 */
export class LokiTransport extends Transport {
  private readonly queue: LineQueue;
  private readonly url: string;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<boolean> | undefined;
  private underWay = 0;
  private retryMillis = firstRetryMillis;
  private away = false;
  private refusing = false;
  private stopped = false;

  constructor(private readonly options: LokiTransportOptions) {
    super();
    this.url = new URL(options.url).href.replace(/\/$/, '');
    this.queue = new LineQueue(options.queueBounds ?? queueBounds);
    process.once('beforeExit', this.onProcessEnd);
  }

  // A program that simply comes to its end, its timers being no reason to go on, sends its last lines too.
  private readonly onProcessEnd = (): void => void this.shutdown(requestTimeoutMillis);

  override log(info: { [MESSAGE]: string; record: LogRecord }, next: () => void): void {
    next();
    if (this.stopped) return;
    const { level, trace_id, span_id, correlation_id } = info.record;
    this.queue.push({
      level,
      text: info[MESSAGE],
      timestamp: Date.now(),
      metadata: {
        ...(trace_id === undefined ? {} : { trace_id }),
        ...(span_id === undefined ? {} : { span_id }),
        ...(correlation_id === undefined ? {} : { correlation_id }),
      },
    });
    if (this.away) return;
    if (this.isBatchFull()) void this.send();
    else this.sendIn(gatherMillis);
  }

  /**
   * Sends what is waiting, at most one attempt a batch, and stops. Resolves after `timeoutMillis` at the latest and
   * never rejects; says how many lines were left behind, if any.
   */
  async shutdown(timeoutMillis: number): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    process.off('beforeExit', this.onProcessEnd);
    clearTimeout(this.timer);
    let deadline: NodeJS.Timeout | undefined;
    const expired = new Promise<boolean>((resolve) => {
      deadline = setTimeout(resolve, timeoutMillis, false);
    });
    const drained = this.drain();
    const done = await Promise.race([drained, expired]);
    clearTimeout(deadline);
    const left = this.queue.length + this.queue.takeLost() + (done ? 0 : this.underWay);
    if (left > 0) this.options.report('warn', `${left} log lines were not sent to Loki before the end`);
  }

  private async drain(): Promise<boolean> {
    // One that is under way may fail because Loki was away; it gets a last attempt all the same.
    await this.sending;
    while (this.queue.length > 0) if (!(await this.send())) return false;
    return true;
  }

  private isBatchFull(): boolean {
    return this.queue.length >= batchBounds.lines || this.queue.characters >= batchBounds.characters;
  }

  private sendIn(millis: number): void {
    if (this.timer || this.sending || this.stopped) return;
    // Started outside of any request: a timer would keep the context of the one that wrote the line.
    context.with(untraced, () => {
      this.timer = setTimeout(() => void this.send(), millis).unref();
    });
  }

  /** Sends one batch unless one is under way; true when it was accepted or refused for good. */
  private send(): Promise<boolean> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sending ??= context
      .with(untraced, () => this.sendBatch())
      .finally(() => {
        this.sending = undefined;
        if (this.queue.length === 0) return;
        if (this.away) this.sendIn(this.retryMillis);
        else this.sendIn(this.isBatchFull() ? 0 : gatherMillis);
      });
    return this.sending;
  }

  private async sendBatch(): Promise<boolean> {
    const batch = this.queue.take(batchBounds);
    if (batch.length === 0) return true;
    this.underWay = batch.length;
    const failure = await this.push(batch);
    this.underWay = 0;
    if (failure === undefined) {
      this.cameBack();
      this.refusing = false;
      return true;
    }
    if (isRefusal(failure)) {
      // Sent again it would be refused again. The valid lines of a refused batch are stored by Loki.
      this.cameBack();
      countLostLogLines('refused', batch.length);
      if (!this.refusing) {
        this.refusing = true;
        this.options.report('warn', `Loki refused ${batch.length} log lines: ${failure.message}`);
      }
      return true;
    }
    this.queue.putBack(batch);
    this.retryMillis = this.away ? Math.min(this.retryMillis * 2, lastRetryMillis) : firstRetryMillis;
    if (!this.away && !this.stopped) {
      this.options.report(
        'warn',
        `Loki cannot be reached (${failure.message}); log lines are kept until it is back, the oldest are ` +
          'dropped when they become too many',
      );
    }
    this.away = true;
    return false;
  }

  private cameBack(): void {
    if (!this.away) return;
    this.away = false;
    this.retryMillis = firstRetryMillis;
    const lost = this.queue.takeLost();
    this.options.report('info', `Loki is back; ${lost === 0 ? 'no' : lost} log lines were dropped meanwhile`);
  }

  /** One request by winston-loki. Resolves to why it failed, or to undefined. */
  private async push(batch: readonly QueuedLine[]): Promise<PushFailure | undefined> {
    try {
      Loki ??= (await import('winston-loki')).default;
      let failure: PushFailure | undefined;
      const loki = new Loki({
        host: this.url,
        json: true,
        labels: this.options.labels,
        // Only tells winston-loki to take the line as it is; the line is made already.
        format: format.json(),
        gracefulShutdown: false,
        replaceTimestamp: false,
        clearOnError: true,
        timeout: requestTimeoutMillis,
        onConnectionError: (error) => {
          failure = readFailure(error);
        },
      });
      for (const { level, text, timestamp, metadata } of batch) {
        loki.log?.({ [LEVEL]: level, [MESSAGE]: text, timestamp, ...metadata }, () => undefined);
      }
      await loki.close();
      return failure;
    } catch (error) {
      return readFailure(error);
    }
  }
}

let Loki: typeof WinstonLoki | undefined;

const untraced = suppressTracing(ROOT_CONTEXT);

interface PushFailure {
  message: string;
  status: number | undefined;
}

function readFailure(error: unknown): PushFailure {
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error
      ? Number(error.statusCode)
      : undefined;
  return { message: describeError(error).message, status };
}

// 429 and 408 ask for patience, as 5xx does.
const isRefusal = ({ status }: PushFailure): boolean =>
  status !== undefined && status >= 400 && status < 500 && status !== 429 && status !== 408;
