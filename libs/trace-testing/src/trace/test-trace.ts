import type { LogLine } from './log-line.js';
import { drawTree } from './draw-tree.js';
import type { SpanPattern } from '../patterns/span-pattern.js';
import { matchesSpan, readSpanPattern } from '../patterns/span-pattern.js';
import type { TestSpan } from './test-span.js';

/** Access to the backend that a trace was read from. */
export interface TraceOrigin {
  /** Reads the log lines of the trace again. */
  logs(): Promise<readonly LogLine[]>;
  /** Reads the traces that this one has caused. */
  consequences(trace: TestTrace, options: ConsequenceOptions): Promise<readonly TestTrace[]>;
}

export interface ConsequenceOptions {
  /** Services that handle what the request has caused, such as the consumer of a queue. */
  readonly at: string | readonly string[];
  /** `quiet` (default) waits until no span of the found traces arrives any more; `complete` until each one is complete. */
  readonly until?: 'quiet' | 'complete';
  /** Timeout in milliseconds. Default: 10,000. */
  readonly timeoutMillis?: number;
}

export interface TestTraceParts {
  readonly traceId: string;
  /** Depth first. */
  readonly spans: readonly TestSpan[];
  /** Reasons why the trace may lack spans; none when it is complete. */
  readonly reasons: readonly string[];
  readonly logs?: readonly LogLine[];
  /** Page of the trace in the web UI. */
  readonly url?: string;
  /** Name of the test step that made the trace. */
  readonly name?: string;
  readonly origin?: TraceOrigin;
  /** Received spans, as the telemetry model has them. The package does not publish its type. */
  readonly model: unknown;
}

/** Key of {@link TestTraceParts.model}. */
export const MODEL = Symbol.for('@lantern/trace-testing: model');

const BRAND = Symbol.for('@lantern/trace-testing: trace');

/** Whether a value is a trace. The ES module and the CommonJS module of the package have a class of their own each. */
export const isTestTrace = (value: unknown): value is TestTrace =>
  typeof value === 'object' && value !== null && BRAND in value;

/** Trace under test: its spans, its log lines, and whether it is complete. */
export class TestTrace {
  readonly traceId: string;
  /** Depth first, siblings sorted by start. */
  readonly spans: readonly TestSpan[];
  /** Reasons why the trace may lack spans; none when it is complete. */
  readonly reasons: readonly string[];
  /** Log lines that had arrived when the trace was read. */
  readonly logs: readonly LogLine[];
  /** Page of the trace in the web UI. */
  readonly url: string | undefined;
  readonly name: string | undefined;
  private readonly origin: TraceOrigin | undefined;
  readonly [BRAND] = true;
  readonly [MODEL]: unknown;

  constructor({ traceId, spans, reasons, logs = [], url, name, origin, model }: TestTraceParts) {
    this.traceId = traceId;
    this.spans = spans;
    this.reasons = reasons;
    this.logs = logs;
    this.url = url;
    this.name = name;
    this.origin = origin;
    this[MODEL] = model;
  }

  /** Whether the trace has all its spans, as far as its backend can know. */
  get isComplete(): boolean {
    return this.reasons.length === 0;
  }

  get roots(): readonly TestSpan[] {
    return this.spans.filter(({ parent }) => parent === undefined);
  }

  /** Names of the services, sorted. */
  get services(): readonly string[] {
    return [...new Set(this.spans.map(({ service }) => service))].sort();
  }

  /** Returns the spans that match a pattern. */
  find(pattern: SpanPattern): readonly TestSpan[] {
    const wanted = readSpanPattern(pattern);
    return this.spans.filter((span) => matchesSpan(span, wanted));
  }

  /**
   * Returns the only span that matches a pattern.
   *
   * @throws Error with the tree of the trace when there is none, or more than one
   */
  span(pattern: SpanPattern): TestSpan {
    const [span, ...others] = this.find(pattern);
    if (span === undefined || others.length > 0) {
      const found = span === undefined ? 'none' : others.length + 1;
      throw new Error(`Expected one span ${JSON.stringify(pattern)}, found ${found} in:\n${this.tree()}`);
    }
    return span;
  }

  /** Draws the spans as indented lines `service: name (kind)`. A span with status ERROR is marked with ✗. */
  tree(): string {
    return drawTree(this.spans);
  }

  /** Reads the log lines of the trace again: a line may arrive after the spans. */
  async currentLogs(): Promise<readonly LogLine[]> {
    return this.origin === undefined ? this.logs : this.origin.logs();
  }

  /**
   * Returns the other traces that the request has caused: those that link to this one or that it links to, and those that
   * carry the baggage of the test.
   */
  async consequences(options: ConsequenceOptions): Promise<readonly TestTrace[]> {
    if (this.origin === undefined)
      throw new Error('A trace of in-process spans has no backend to search for other traces.');
    return this.origin.consequences(this, options);
  }
}
