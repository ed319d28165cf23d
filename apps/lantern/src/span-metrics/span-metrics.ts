import { setTimeout as sleep } from 'node:timers/promises';
import { formatGoFloat } from '@lantern/go-syntax';
import {
  METRIC_NAME,
  SeriesLabels,
  SpanKind,
  durationNano,
  mapKey,
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
import { Turn } from '../transport/answers/turn.js';
import type { Report } from '../transport/errors/failure.js';
import { LATENCY_BOUNDS, LatencyCounter, latencyIndex } from './latency-counter.js';

/** Interval at which the counters are written. */
const FLUSH_MILLIS = 15_000;
/** Time within which spans may arrive late and are counted. */
const WINDOW_MILLIS = 120_000;
const MINUTE_MILLIS = 60_000;
/** Width of the roll-ups' periods. */
const PERIOD_NANOS = 10_000_000_000n;
/** Maximum number of counted operations, and of counted pairs of services. Each one has 17 series. */
const MAX_COUNTERS = 1_000;
/** Number of samples that are stored at a time, so that other requests are answered in between. */
const SAMPLES_AT_ONCE = 2_000;
/** Time without calls after which the series of a counter end, as the Collector's `metrics_expiration`. */
const EXPIRATION_MILLIS = 3_600_000;
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

/** Names of the series of a counter. */
interface SeriesNames {
  readonly prefix: string;
  readonly calls: string;
  readonly duration: string;
}

const OPERATION_NAMES: SeriesNames = {
  prefix: 'traces_span_metrics',
  calls: 'calls_total',
  duration: 'duration_seconds',
};
const EDGE_NAMES: SeriesNames = {
  prefix: 'traces_service_graph',
  calls: 'request_total',
  duration: 'request_server_seconds',
};

/** Counts of one operation or of one pair of services. */
class CallCounter {
  calls = 0;
  errors = 0;
  readonly latencies = new LatencyCounter();
  isWritten = false;
  hasNewCalls = false;
  lastCallMillis = 0;
  /** Labels of the series by their name and bound. */
  private readonly series = new Map<string, SeriesLabels>();

  constructor(
    readonly labels: SeriesLabels,
    readonly names: SeriesNames,
  ) {}

  labelsOf(name: string, label = '', value = ''): SeriesLabels {
    const key = `${name} ${value}`;
    let labels = this.series.get(key);
    if (!labels) {
      const metric = `${this.names.prefix}_${name}`;
      labels = SeriesLabels.of([...this.labels.entries(), [label, value], [METRIC_NAME, metric]]);
      this.series.set(key, labels);
    }
    return labels;
  }
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
  /** Ends with the flush or the work that was begun last: they run one after the other. */
  private last: Promise<unknown> = Promise.resolve();
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

  /**
   * Runs work that deletes the spans and series, between two flushes. Afterwards all counters begin at zero.
   *
   * @throws the error of the work; the counters go on then
   */
  async restartAfter(work: () => Promise<void>): Promise<void> {
    await this.afterLast(async () => {
      await work();
      this.operations.clear();
      this.edges.clear();
      this.seen.clear();
    });
  }

  private afterLast(task: () => Promise<void>): Promise<void> {
    const done = this.last.then(task);
    this.last = done.catch(() => undefined);
    return done;
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
      await this.afterLast(() => this.guardedFlush());
    }
  }

  private async guardedFlush(): Promise<void> {
    try {
      await this.flush(Date.now());
    } catch (error) {
      this.parts.report(`Metrics from spans cannot be stored: ${(error as Error).message}`);
    }
  }

  /** Adds the increases since the last flush to the counters, and writes them. */
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
      this.countOperation(cell, now);
      const pause = turn.giveWay();
      if (pause) await pause;
    }
    for (let minute = start; minute < end; minute += MINUTE_MILLIS) {
      const range = { startUnixNano: nanos(minute), endUnixNano: nanos(minute + MINUTE_MILLIS) - 1n };
      for (const edge of await traces.callEdges(range)) {
        this.countEdge(edge, minute, now);
        await turn.giveWay();
      }
    }
    for (const [key, { periodMillis }] of this.seen) if (periodMillis < start) this.seen.delete(key);
    this.isFirst = false;
    let batch = new SampleBatch();
    let exemplars = 0;
    for (const counters of [this.operations, this.edges]) {
      for (const [key, counter] of counters) {
        if (now - counter.lastCallMillis > EXPIRATION_MILLIS) counters.delete(key);
        const isServer = counter.labels.get('span_kind') === KIND_NAMES[SpanKind.server];
        const hasExemplar = counter.hasNewCalls && isServer && exemplars++ < MAX_EXEMPLARS;
        this.write(batch, counter, now, hasExemplar ? await this.exemplarOf(counter, now) : undefined);
        if (batch.length < SAMPLES_AT_ONCE) continue;
        await metrics.append(batch);
        batch = new SampleBatch();
        await turn.giveWay();
      }
    }
    await metrics.append(batch);
  }

  private countOperation({ service, operation, kind, ...cell }: RedCell, now: number): void {
    const period = Number(cell.periodStartUnixNano / NANOS_PER_MILLI);
    const key = mapKey(JSON.stringify([kind, service, operation]));
    const counter = this.count(this.operations, key, period, cell, () => {
      const labels = { service_name: service, span_name: operation, span_kind: KIND_NAMES[kind] };
      return new CallCounter(SeriesLabels.fromRecord(labels), OPERATION_NAMES);
    });
    if (counter) counter.lastCallMillis = now;
  }

  private countEdge(
    { parent, child, callCount, errorCount, latencies }: CallEdge,
    minute: number,
    now: number,
  ): void {
    const cell = { calls: callCount, errors: errorCount, latencies };
    const key = mapKey(JSON.stringify([parent, child]));
    const counter = this.count(this.edges, key, minute, cell, () => {
      const labels = { client: parent, server: child, connection_type: '' };
      return new CallCounter(SeriesLabels.fromRecord(labels), EDGE_NAMES);
    });
    if (counter) counter.lastCallMillis = now;
  }

  /** @returns the counter of new calls; undefined without any */
  private count(
    counters: Map<string, CallCounter>,
    key: string,
    periodMillis: number,
    cell: { readonly calls: number; readonly errors: number; readonly latencies: LatencyCounts },
    create: () => CallCounter,
  ): CallCounter | undefined {
    const seenKey = `${periodMillis} ${key}`;
    const before = this.seen.get(seenKey) ?? NOTHING_SEEN;
    if (before.calls === cell.calls && before.errors === cell.errors) return undefined;
    let counter = counters.get(key);
    if (!counter && !this.isFirst) {
      if (counters.size >= MAX_COUNTERS) return undefined;
      counters.set(key, (counter = create()));
    }
    const latencies = LatencyCounter.of(cell.latencies);
    this.seen.set(seenKey, { calls: cell.calls, errors: cell.errors, latencies, periodMillis });
    // An earlier process has counted what was there at the start.
    if (!counter) return undefined;
    counter.hasNewCalls = true;
    counter.calls += Math.max(0, cell.calls - before.calls);
    counter.errors += Math.max(0, cell.errors - before.errors);
    counter.latencies.addIncrease(latencies, before.latencies);
    return counter;
  }

  private write(batch: SampleBatch, counter: CallCounter, now: number, exemplar: Exemplar | undefined): void {
    const { calls, errors, latencies, names } = counter;
    const add = (labels: SeriesLabels, value: number): number => {
      const series = batch.addSeries(labels);
      // A counter begins at zero, so that `rate` sees the first calls.
      if (!counter.isWritten) batch.add(series, now - FLUSH_MILLIS, 0);
      batch.add(series, now, value);
      return series;
    };
    if (names === OPERATION_NAMES) {
      add(counter.labelsOf(names.calls, 'status_code', 'STATUS_CODE_UNSET'), calls - errors);
      if (errors > 0) add(counter.labelsOf(names.calls, 'status_code', 'STATUS_CODE_ERROR'), errors);
    } else {
      add(counter.labelsOf(names.calls), calls);
      add(counter.labelsOf('request_failed_total'), errors);
    }
    let cumulative = 0;
    for (const [i, count] of latencies.counts.entries()) {
      cumulative += count;
      const bound = LATENCY_BOUNDS[i];
      const le = bound === undefined ? '+Inf' : formatGoFloat(bound);
      const series = add(counter.labelsOf(`${names.duration}_bucket`, 'le', le), cumulative);
      if (exemplar && latencyIndex(exemplar.value) === i) batch.addExemplar(series, exemplar);
    }
    add(counter.labelsOf(`${names.duration}_sum`), latencies.sumSeconds);
    add(counter.labelsOf(`${names.duration}_count`), latencies.count);
    counter.isWritten = true;
    counter.hasNewCalls = false;
  }

  /** Returns the newest span of an operation as an exemplar, which opens its trace. */
  private async exemplarOf({ labels }: CallCounter, now: number): Promise<Exemplar | undefined> {
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
