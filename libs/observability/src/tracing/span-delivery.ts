import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { describeError } from '../errors.js';
import { countLostSpans } from '../metrics/losses.js';

/** Message of the error that the processor gets for spans whose loss has been told already. */
export const lossReported = 'Spans were lost, which has been reported';

/** Dropped spans are told again after this time, in milliseconds. */
const tellAgainAfterMillis = 60_000;

/**
 * Wraps an exporter and keeps the books: says once when spans no longer get through and once when they do again, with
 * the number that was lost.
 */
export class SpanDelivery implements SpanExporter {
  private failing = false;
  private lost = 0;
  private pending = 0;
  private tellAgainAt = 0;
  private readonly underWay = new Set<ReadableSpan[]>();
  private rest: ReadableSpan[] | undefined;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly target: string,
    private readonly report: (level: 'warn' | 'info', message: string) => void,
  ) {}

  /** Spans that were handed to the processor and are neither delivered nor given up. */
  get undelivered(): number {
    return this.pending;
  }

  /** The last attempt failed. */
  get isFailing(): boolean {
    return this.failing;
  }

  /** A span is on its way. */
  expect(): void {
    this.pending++;
  }

  /** Spans that wait for their turn to be sent. */
  get waiting(): number {
    let underWay = 0;
    for (const spans of this.underWay) underWay += spans.length;
    return this.pending - underWay;
  }

  /** There was no room for a span. Told with the next that gets through, once a minute, or at the end. */
  drop(): void {
    this.lost++;
    countLostSpans('queue_full', 1);
  }

  /** Tells what has been lost and not been told. */
  conclude(): void {
    if (this.lost === 0) return;
    if (this.failing) this.report('warn', `${this.lost} spans were lost while ${this.target} was away`);
    else this.tellDropped();
    this.lost = 0;
  }

  private tellDropped(): void {
    this.report(
      'warn',
      `${this.lost} spans were dropped: they end faster than they are sent to ${this.target}`,
    );
    this.lost = 0;
    this.tellAgainAt = Date.now() + tellAgainAfterMillis;
  }

  /**
   * The end of the process: sends, by `send`, what is under way, whose arrival nobody will tell any more, and what
   * `flush` makes the processor hand in at once. Nothing is exported after this. `send` returns how many were lost.
   */
  sendRest(flush: () => void, send: (spans: ReadableSpan[]) => number): void {
    this.rest = [...this.underWay].flat();
    flush();
    const lost = send(this.rest);
    this.pending = 0;
    this.conclude();
    if (lost === 0) return;
    countLostSpans('export_failed', lost);
    this.report('warn', `${lost} spans were not sent to ${this.target} before the end`);
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    if (this.rest) {
      this.rest.push(...spans);
      done({ code: ExportResultCode.SUCCESS });
      return;
    }
    this.underWay.add(spans);
    this.exporter.export(spans, (result) => {
      this.underWay.delete(spans);
      this.pending -= spans.length;
      if (result.code === ExportResultCode.SUCCESS) {
        this.delivered();
        done(result);
      } else {
        this.failed(spans.length, result.error);
        done({ ...result, error: new Error(lossReported, { cause: result.error }) });
      }
    });
  }

  private delivered(): void {
    if (!this.failing) {
      if (this.lost > 0 && Date.now() >= this.tellAgainAt) this.tellDropped();
      return;
    }
    this.failing = false;
    this.report('info', `Spans reach ${this.target} again; ${this.lost} were lost meanwhile`);
    this.lost = 0;
  }

  private failed(count: number, error: Error | undefined): void {
    this.lost += count;
    countLostSpans('export_failed', count);
    if (this.failing) return;
    this.failing = true;
    const reason = error ? describeError(error).message : 'no reason given';
    this.report(
      'warn',
      `Spans cannot be sent to ${this.target} (${reason}); the service runs on, spans are dropped until it answers`,
    );
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }
}
