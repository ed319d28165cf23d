import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT_CONTEXT, context, diag } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { countLostLogLines } from '../delivery/losses.js';
import { sendBlocking } from '../delivery/blocking-sender.js';
import { exitTimeoutMillis } from '../delivery/exit-timeout.js';
import { Backoff } from '../delivery/backoff.js';
import { type Bounds, LineQueue, type QueuedLine } from './line-queue.js';
import type { LineSender } from './line-sender.js';

const defaultTiming = {
  /** A line waits at most this long for others to share its request, in milliseconds. */
  gatherMillis: 250,
  /** Between two requests of a batch that is being split, in milliseconds: garbage must not keep a core busy. */
  splitPauseMillis: 20,
};

/**
 * Limit on the lines of one request. Inside a JSON string a byte of a line becomes at most two, so that the body stays
 * below the megabyte that proxies in front of Loki accept.
 */
const batchBounds: Bounds = { lines: 1000, bytes: 480 * 1024 };

/**
 * Limit on the lines of one attempt while the backend is away. If a backend accepts connections and never answers, each
 * attempt encodes its lines again, and their bytes stay in a socket until the timeout.
 */
const probeBounds: Bounds = { lines: 50, bytes: 32 * 1024 };

/** Default limit of the queue while the backend is away: minutes of a busy service, some megabytes of memory. */
const queueBounds: Bounds = { lines: 20_000, bytes: 12 * 1024 * 1024 };

/** Fraction of the exit timeout that the remaining lines may take on a crash or `process.exit()`. */
const SHARE_OF_LINES = 0.5;

/** Timeout, in milliseconds, of the shutdown on `beforeExit`, for a program that calls no shutdown. */
const LAST_SHUTDOWN_MILLIS = 5000;

export interface LineDeliveryOptions {
  sender: LineSender;
  /** Called when the backend becomes unavailable, is back, or rejects lines: once each, not for each line. */
  report: (level: 'warn' | 'info', message: string) => void;
  queueBounds?: Bounds;
  backoff?: Backoff;
  timing?: typeof defaultTiming;
}

/**
 * Sends log lines from a bounded queue. Lines go out in batches, in order, one request at a time. The outcome of a
 * request decides whether its lines are kept or dropped:
 *
 * - accepted: the next batch is sent;
 * - refused: the batch is split in halves until the rejected lines are alone; they are dropped and counted;
 * - later: the batch goes back to the head of the queue and is retried with growing, jittered pauses.
 *
 * A caller that writes a line gets no exception from here and never waits.
 */
export class LineDelivery {
  private readonly queue: LineQueue;
  private readonly backoff: Backoff;
  private readonly timing: typeof defaultTiming;
  /** Runs something outside of any request, so that neither its trace nor its memory is kept by a timer. */
  private readonly outside = AsyncLocalStorage.snapshot();
  private timer: NodeJS.Timeout | undefined;
  /** A full batch goes out in the next turn of the event loop. */
  private isDue = false;
  private sending: Promise<boolean> | undefined;
  /** Lines of the batch that is being sent, not yet accepted or dropped. */
  private underWay: readonly QueuedLine[] = [];
  private away = false;
  private refusing = false;
  private stopped = false;

  constructor(private readonly options: LineDeliveryOptions) {
    this.queue = new LineQueue(options.queueBounds ?? queueBounds);
    this.backoff = options.backoff ?? new Backoff();
    this.timing = options.timing ?? defaultTiming;
    process.once('beforeExit', this.onProcessEnd);
    process.once('exit', this.onExit);
  }

  // A program that simply comes to its end, its timers being no reason to go on, sends its last lines too.
  private readonly onProcessEnd = (): void => void this.shutdown(LAST_SHUTDOWN_MILLIS);

  // After a crash or `process.exit()` nothing asynchronous runs any more, and the last lines contain the cause.
  private readonly onExit = (code: number): void => {
    try {
      this.sendBlocking(code);
    } catch (error) {
      diag.error('The last log lines could not be sent', error);
    }
  };

  /** Takes a line on. Lines after a shutdown are ignored. */
  push(line: QueuedLine): void {
    if (this.stopped) return;
    this.queue.push(line);
    if (this.away || this.sending) return;
    if (this.isBatchFull()) {
      // Not at once: the request that fills a batch would wait for its encoding.
      if (!this.isDue) this.sendIn(0);
      this.isDue = true;
    } else if (!this.timer) this.sendIn(this.timing.gatherMillis);
  }

  /** Sends the waiting lines without waiting for others. While the backend is away, its own pauses decide. */
  flush(): void {
    if (this.stopped || this.away || this.queue.length === 0) return;
    if (this.sending) void this.sending.then(() => this.flush());
    else void this.send();
  }

  /**
   * Sends the waiting lines, at most one attempt a batch, and stops. Resolves after `timeoutMillis` at the latest and
   * never rejects; reports the number of unsent lines, if any.
   */
  async shutdown(timeoutMillis: number): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    process.off('beforeExit', this.onProcessEnd);
    process.off('exit', this.onExit);
    clearTimeout(this.timer);
    let deadline: NodeJS.Timeout | undefined;
    const expired = new Promise<void>((resolve) => {
      deadline = setTimeout(resolve, timeoutMillis);
    });
    await Promise.race([this.drain().then(() => this.options.sender.close()), expired]);
    clearTimeout(deadline);
    this.reportLeft(this.queue.length + this.queue.takeLost() + this.underWay.length);
  }

  /** A normal exit does not wait for a backend that is known to be away. A code other than 0 is no normal exit. */
  private sendBlocking(code: number): void {
    this.stopped = true;
    const batches = this.underWay.length > 0 ? [this.underWay] : [];
    while (this.queue.length > 0) batches.push(this.queue.take(batchBounds));
    const parcels =
      this.away && code === 0
        ? []
        : batches.map((batch) => ({ batch, parcel: this.options.sender.parcel(batch) }));
    const sendable = parcels.flatMap(({ batch, parcel }) => (parcel ? [{ batch, parcel }] : []));
    const accepted = sendBlocking(
      sendable.map(({ parcel }) => parcel),
      SHARE_OF_LINES * exitTimeoutMillis(),
    );
    const sent = sendable.reduce((sum, { batch }, at) => sum + (accepted[at] ? batch.length : 0), 0);
    this.reportLeft(batches.flat().length - sent + this.queue.takeLost());
  }

  private reportLeft(count: number): void {
    if (count === 0) return;
    const { target } = this.options.sender;
    this.options.report('warn', `${count} log lines were not sent to ${target} before the end`);
  }

  private async drain(): Promise<void> {
    // A request in progress may fail because the backend was away; its lines still get a last attempt.
    await this.sending;
    while (this.queue.length > 0) if (!(await this.send())) return;
  }

  private isBatchFull(): boolean {
    return this.queue.length >= batchBounds.lines || this.queue.bytes >= batchBounds.bytes;
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
    this.isDue = false;
    this.sending ??= this.outside(() => context.with(untraced, () => this.sendBatch()));
    return this.sending;
  }

  private async sendBatch(): Promise<boolean> {
    let retryAfterMillis: number | undefined;
    try {
      retryAfterMillis = await this.deliver(this.queue.take(this.away ? probeBounds : batchBounds));
    } catch (error) {
      // A sender that breaks its promise not to throw must not end the host.
      diag.error('Log lines could not be sent and are kept', error);
      this.queue.putBack(this.underWay);
      this.away = true;
      retryAfterMillis = 0;
    }
    this.underWay = [];
    this.sending = undefined;
    if (this.queue.length > 0 && !this.stopped) {
      if (retryAfterMillis !== undefined) this.sendIn(this.backoff.next(retryAfterMillis));
      else this.sendIn(this.isBatchFull() ? 0 : this.timing.gatherMillis);
    }
    return retryAfterMillis === undefined;
  }

  /** Resolves once each line was accepted or dropped, or else with the time after which the receiver allows a retry. */
  private async deliver(batch: readonly QueuedLine[]): Promise<number | undefined> {
    const parts = [batch];
    this.underWay = batch;
    let refused = 0;
    let refusal = '';
    const refuse = (lines: number, reason: string): void => {
      refused += lines;
      refusal = reason;
      countLostLogLines('refused', lines);
    };
    for (let part = parts.shift(); part !== undefined && part.length > 0; part = parts.shift()) {
      const outcome = await this.options.sender.send(part);
      if (outcome.kind === 'later') {
        this.underWay = [];
        this.queue.putBack([...part, ...parts.flat()]);
        if (refused > 0) this.reportRefused(refused, refusal);
        this.wentAway(outcome.reason);
        return outcome.retryAfterMillis ?? 0;
      }
      this.cameBack();
      if (outcome.kind === 'accepted') {
        this.underWay = parts.flat();
        if (outcome.rejected) refuse(outcome.rejected.count, outcome.rejected.reason);
        continue;
      }
      if (part.length === 1) {
        this.underWay = parts.flat();
        refuse(1, outcome.reason);
      } else {
        const half = Math.ceil(part.length / 2);
        parts.unshift(part.slice(0, half), part.slice(half));
      }
      if (!this.stopped) await pause(this.timing.splitPauseMillis, undefined, { ref: false });
    }
    this.reportRefused(refused, refusal);
    this.reportOverflow();
    return undefined;
  }

  private wentAway(reason: string): void {
    if (this.away) return;
    this.away = true;
    if (this.stopped) return;
    const { target } = this.options.sender;
    this.options.report(
      'warn',
      `${target} cannot be reached (${reason}); log lines are kept until it is back, the oldest are dropped when ` +
        'they become too many',
    );
  }

  private cameBack(): void {
    if (!this.away) return;
    this.away = false;
    this.backoff.reset();
    const lost = this.queue.takeLost();
    const { target } = this.options.sender;
    this.options.report(
      'info',
      `${target} is back; ${lost === 0 ? 'no' : lost} log lines were dropped meanwhile`,
    );
  }

  /** Reports consecutive batches with rejected lines once, until a batch is accepted as a whole. */
  private reportRefused(count: number, reason: string): void {
    if (count > 0 && !this.refusing) {
      const { target } = this.options.sender;
      this.options.report(
        'warn',
        `${target} refused ${count} log ${count === 1 ? 'line' : 'lines'}: ${reason}`,
      );
    }
    this.refusing = count > 0;
  }

  /** Reports lines that were evicted although the backend answers, once there is room again. */
  private reportOverflow(): void {
    if (this.isBatchFull()) return;
    const lost = this.queue.takeLost();
    if (lost === 0) return;
    const { target } = this.options.sender;
    this.options.report(
      'warn',
      `${lost} log lines were dropped: they were written faster than ${target} took them`,
    );
  }
}

const untraced = suppressTracing(ROOT_CONTEXT);
