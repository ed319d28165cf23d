import { setTimeout as sleep } from 'node:timers/promises';
import { formatGoFloat } from '@lantern/go-syntax';
import {
  METRIC_NAME,
  SeriesLabels,
  SpanKind,
  durationNano,
  serviceNameOf,
  spansOf,
  type SpanInContext,
} from '@lantern/telemetry-model';
import {
  SampleBatch,
  type CallEdge,
  type Exemplar,
  type LatencyCounts,
  type MetricStore,
  type RedCell,
  type TraceStore,
} from '@lantern/telemetry-store';
import type { Report } from '../transport/errors/failure.js';
import { Turn } from '../transport/answers/turn.js';
import { LATENCY_BOUNDS, LatencyCounter, latencyIndex } from './latency-counter.js';

/** Number of samples that are stored at a time: other requests run in between. */
const SAMPLES_PER_BATCH = 1_000;
/** Interval at which the counters are written. */
const FLUSH_MILLIS = 15_000;
/** Time within which spans may arrive late and are counted. */
const WINDOW_MILLIS = 300_000;
const MINUTE_MILLIS = 60_000;
/** Width of the roll-ups' periods. */
const PERIOD_NANOS = 10_000_000_000n;
/** Maximum number of series of operations and of calls. */
const MAX_COUNTERS = 5_000;
/** Maximum number of exemplars that are searched for at a time. Each one reads a trace. */
const MAX_EXEMPLARS = 8;
const NANOS_PER_MILLI = 1_000_000n;

/** Names of kinds by their number, as the Collector writes them. */
const KIND_NAMES = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER',
] as const;
const ALL_KINDS = Object.values(SpanKind);

/** Counts of one operation or of one pair of services. */
class CallCounter {
  calls = 0;
  errors = 0;
  readonly latencies = new LatencyCounter();
  isWritten = false;
  hasNewCalls = false;

  constructor(readonly labels: SeriesLabels) {}
}

/** State of a roll-up at the last flush. */
interface Seen {
  readonly calls: number;
  readonly errors: number;
  readonly latencies: LatencyCounter;
  readonly periodMillis: number;
}

const NOTHING_SEEN: Omit<Seen, 'periodMillis'> = { calls: 0, errors: 0, latencies: new LatencyCounter() };

export interface SpanMetricsParts {
  readonly traces: TraceStore;
  readonly metrics: MetricStore;
  readonly report: Report;
  readonly flushMillis?: number;
}

/**
 * Writes the roll-ups of spans as series, with the names of the Collector's connectors `span_metrics` and
 * `service_graph`, so that dashboards for these work.
 */
export class SpanMetrics {
  private readonly operations = new Map<string, CallCounter>();
  private readonly edges = new Map<string, CallCounter>();
  private readonly seen = new Map<string, Seen>();
  private readonly controller = new AbortController();
  private running: Promise<void> | undefined;
  private isFirst = true;

  constructor(private readonly parts: SpanMetricsParts) {}

  /** Begins to count. Spans that are in the store already belong to an earlier process, which has counted them. */
  async start(): Promise<void> {
    await this.guardedFlush();
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.controller.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { flushMillis = FLUSH_MILLIS } = this.parts;
    const { signal } = this.controller;
    while (!signal.aborted) {
      try {
        await sleep(flushMillis, undefined, { signal, ref: false });
      } catch {
        return;
      }
      await this.guardedFlush();
    }
  }

  private async guardedFlush(): Promise<void> {
    try {
      await this.flush(Date.now());
    } catch (error) {
      this.parts.report(`Metrics from spans cannot be stored: ${(error as Error).message}`);
    }
  }

  /** Adds what came since the last flush to the counters, and writes them. */
  private async flush(now: number): Promise<void> {
    const { traces, metrics } = this.parts;
    const start = Math.floor((now - WINDOW_MILLIS) / MINUTE_MILLIS) * MINUTE_MILLIS;
    const end = Math.ceil((now + MINUTE_MILLIS) / MINUTE_MILLIS) * MINUTE_MILLIS;
    const services = await traces.services();
    const cells = await traces.redMetrics({
      services,
      kinds: ALL_KINDS,
      range: { startUnixNano: nanos(start), endUnixNano: nanos(end) },
      periodNano: PERIOD_NANOS,
    });
    const turn = new Turn();
    for (const cell of cells) {
      this.countOperation(cell);
      const pause = turn.giveWay();
      if (pause) await pause;
    }
    for (let minute = start; minute < end; minute += MINUTE_MILLIS) {
      const range = { startUnixNano: nanos(minute), endUnixNano: nanos(minute + MINUTE_MILLIS) - 1n };
      for (const edge of await traces.callEdges(range)) this.countEdge(edge, minute);
    }
    for (const [key, { periodMillis }] of this.seen) if (periodMillis < start) this.seen.delete(key);
    this.isFirst = false;
    let batch = new SampleBatch();
    const appendWhenFull = async (): Promise<void> => {
      if (batch.length < SAMPLES_PER_BATCH) return;
      await metrics.append(batch);
      batch = new SampleBatch();
      await turn.giveWay();
    };
    for (const counter of this.operations.values()) {
      this.write(batch, counter, now, {
        prefix: 'traces_span_metrics',
        calls: 'calls_total',
        duration: 'duration_seconds',
        exemplar: counter.hasNewCalls ? await this.exemplarOf(counter, now) : undefined,
      });
      await appendWhenFull();
    }
    for (const counter of this.edges.values()) {
      this.write(batch, counter, now, {
        prefix: 'traces_service_graph',
        calls: 'request_total',
        duration: 'request_server_seconds',
        exemplar: undefined,
      });
      await appendWhenFull();
    }
    this.exemplarCount = 0;
    await metrics.append(batch);
  }

  private countOperation({ service, operation, kind, ...cell }: RedCell): void {
    const period = Number(cell.periodStartUnixNano / NANOS_PER_MILLI);
    const labels = { service_name: service, span_name: operation, span_kind: KIND_NAMES[kind] };
    this.count(this.operations, labels, period, cell);
  }

  private countEdge({ parent, child, callCount, ...edge }: CallEdge, minute: number): void {
    this.count(this.edges, { client: parent, server: child, connection_type: '' }, minute, {
      calls: callCount,
      errors: edge.errorCount,
      latencies: edge.latencies,
    });
  }

  private count(
    counters: Map<string, CallCounter>,
    labels: Readonly<Record<string, string>>,
    periodMillis: number,
    cell: { readonly calls: number; readonly errors: number; readonly latencies: LatencyCounts },
  ): void {
    const own = SeriesLabels.fromRecord(labels);
    const key = `${own.key} ${periodMillis}`;
    const before = this.seen.get(key) ?? NOTHING_SEEN;
    if (before.calls === cell.calls && before.errors === cell.errors) return;
    const latencies = LatencyCounter.of(cell.latencies);
    this.seen.set(key, { calls: cell.calls, errors: cell.errors, latencies, periodMillis });
    // An earlier process has counted what was there at the start.
    if (this.isFirst) return;
    let counter = counters.get(own.key);
    if (!counter) {
      if (counters.size >= MAX_COUNTERS) return;
      counters.set(own.key, (counter = new CallCounter(own)));
    }
    counter.hasNewCalls = true;
    counter.calls += Math.max(0, cell.calls - before.calls);
    counter.errors += Math.max(0, cell.errors - before.errors);
    counter.latencies.addIncrease(latencies, before.latencies);
  }

  private write(
    batch: SampleBatch,
    counter: CallCounter,
    now: number,
    names: {
      readonly prefix: string;
      readonly calls: string;
      readonly duration: string;
      readonly exemplar: Exemplar | undefined;
    },
  ): void {
    const { labels, calls, errors, latencies } = counter;
    const { prefix, exemplar } = names;
    const add = (name: string, value: number, extra: Readonly<Record<string, string>> = {}): number => {
      const pairs = [
        ...labels.entries(),
        ...Object.entries(extra),
        [METRIC_NAME, `${prefix}_${name}`] as const,
      ];
      const series = batch.addSeries(SeriesLabels.of(pairs));
      // A counter begins at zero, so that `rate` sees the first calls.
      if (!counter.isWritten) batch.add(series, now - FLUSH_MILLIS, 0);
      batch.add(series, now, value);
      return series;
    };
    if (prefix === 'traces_span_metrics') {
      add(names.calls, calls - errors, { status_code: 'STATUS_CODE_UNSET' });
      if (errors > 0) add(names.calls, errors, { status_code: 'STATUS_CODE_ERROR' });
    } else {
      add(names.calls, calls);
      add('request_failed_total', errors);
    }
    let cumulative = 0;
    for (const [i, count] of latencies.counts.entries()) {
      cumulative += count;
      const bound = LATENCY_BOUNDS[i];
      const le = bound === undefined ? '+Inf' : formatGoFloat(bound);
      const series = add(`${names.duration}_bucket`, cumulative, { le });
      if (exemplar && latencyIndex(exemplar.value) === i) batch.addExemplar(series, exemplar);
    }
    add(`${names.duration}_sum`, latencies.sumSeconds);
    add(`${names.duration}_count`, latencies.count);
    counter.isWritten = true;
    counter.hasNewCalls = false;
  }

  private exemplarCount = 0;

  /** Returns the newest span of an operation as an exemplar, which opens its trace. */
  private async exemplarOf({ labels }: CallCounter, now: number): Promise<Exemplar | undefined> {
    if (labels.get('span_kind') !== KIND_NAMES[SpanKind.server] || this.exemplarCount++ >= MAX_EXEMPLARS)
      return undefined;
    const service = labels.get('service_name');
    const operation = labels.get('span_name');
    const range = { startUnixNano: nanos(now - WINDOW_MILLIS), endUnixNano: nanos(now) };
    const [trace] = await this.parts.traces.findTraces({ service, operation, range, limit: 1 });
    if (!trace) return undefined;
    for (const found of spansOf(trace.resourceSpans)) {
      if (found.span.name === operation && serviceNameOf(found.resource) === service)
        return exemplarOf(found);
    }
    return undefined;
  }
}

const nanos = (millis: number): bigint => BigInt(millis) * NANOS_PER_MILLI;

const exemplarOf = ({ span }: SpanInContext): Exemplar => ({
  labels: SeriesLabels.fromRecord({ trace_id: span.traceId, span_id: span.spanId }),
  value: Number(durationNano(span)) / 1e9,
  timestampMillis: Number(span.endUnixNano / NANOS_PER_MILLI),
});
