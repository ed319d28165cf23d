import {
  type EventLoopUtilization,
  type PerformanceEntry,
  PerformanceObserver,
  constants,
  monitorEventLoopDelay,
  performance,
} from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { type Meter, metrics } from '@opentelemetry/api';
import { METER_NAME } from './meter-name.js';
import { lostTelemetry } from '../delivery/losses.js';

let started = false;

/**
 * Observes the process, the runtime and telemetry's own losses, under the names of
 * https://opentelemetry.io/docs/specs/semconv/system/process-metrics/ and …/semconv/runtime/nodejs-metrics/ and
 * …/v8js-metrics/. Read at each collection; only garbage collections are recorded as they happen.
 */
export const startProcessMetrics = (): void => {
  if (started) return;
  started = true;
  const meter = metrics.getMeter(METER_NAME);
  observeProcess(meter);
  observeEventLoop(meter);
  observeHeap(meter);
  observeLosses(meter);
};

const observeProcess = (meter: Meter): void => {
  meter
    .createObservableCounter('process.cpu.time', { unit: 's', description: 'CPU time used by the process' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe(user / 1e6, { 'cpu.mode': 'user' });
      result.observe(system / 1e6, { 'cpu.mode': 'system' });
    });
  meter
    .createObservableUpDownCounter('process.memory.usage', {
      unit: 'By',
      description: 'Physical memory in use',
    })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  meter
    .createObservableGauge('process.uptime', { unit: 's', description: 'Time the process has been running' })
    .addCallback((result) => result.observe(process.uptime()));
};

/** Sampling interval of the event loop delay, in milliseconds. */
const RESOLUTION_MILLIS = 20;

const observeEventLoop = (meter: Meter): void => {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS });
  delay.enable();
  const readings: [string, (histogram: ReturnType<typeof monitorEventLoopDelay>) => number][] = [
    ['min', ({ min }) => min],
    ['mean', ({ mean }) => mean],
    ['max', ({ max }) => max],
    ['p50', (histogram) => histogram.percentile(50)],
    ['p99', (histogram) => histogram.percentile(99)],
  ];
  const gauges = readings.map(([name, read]) => ({
    gauge: meter.createObservableGauge(`nodejs.eventloop.delay.${name}`, {
      unit: 's',
      description: `Event loop delay since the last collection, ${name}`,
    }),
    read,
  }));
  meter.addBatchObservableCallback(
    (result) => {
      if (delay.count === 0) return;
      for (const { gauge, read } of gauges) {
        // The histogram includes the timer's own interval.
        result.observe(gauge, Math.max(0, read(delay) / 1e9 - RESOLUTION_MILLIS / 1000));
      }
      delay.reset();
    },
    gauges.map(({ gauge }) => gauge),
  );

  let last: EventLoopUtilization | undefined;
  meter
    .createObservableGauge('nodejs.eventloop.utilization', {
      unit: '1',
      description: 'Share of the time since the last collection in which the event loop was busy',
    })
    .addCallback((result) => {
      const now = performance.eventLoopUtilization();
      result.observe((last ? performance.eventLoopUtilization(now, last) : now).utilization);
      last = now;
    });
};

const collections: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

interface GcDetail {
  detail?: { kind?: number };
}

const observeHeap = (meter: Meter): void => {
  const used = meter.createObservableUpDownCounter('v8js.memory.heap.used', {
    unit: 'By',
    description: 'Heap memory in use',
  });
  const size = meter.createObservableUpDownCounter('v8js.memory.heap.space.size', {
    unit: 'By',
    description: 'Heap memory allocated',
  });
  const limit = meter.createObservableUpDownCounter('v8js.memory.heap.limit', {
    unit: 'By',
    description: 'Heap memory that may be allocated',
  });
  meter.addBatchObservableCallback(
    (result) => {
      for (const space of getHeapSpaceStatistics()) {
        const attributes = { 'v8js.heap.space.name': space.space_name };
        result.observe(used, space.space_used_size, attributes);
        result.observe(size, space.space_size, attributes);
      }
      result.observe(limit, getHeapStatistics().heap_size_limit);
    },
    [used, size, limit],
  );
  const duration = meter.createHistogram('v8js.gc.duration', {
    unit: 's',
    description: 'Duration of garbage collections',
    advice: { explicitBucketBoundaries: [0.001, 0.01, 0.1, 1] },
  });
  new PerformanceObserver((list) => {
    // The types know `detail` only on marks and measures.
    for (const { duration: millis, detail } of list.getEntries() as (PerformanceEntry & GcDetail)[]) {
      const kind = detail?.kind ?? 0;
      duration.record(millis / 1000, { 'v8js.gc.type': collections[kind] ?? 'other' });
    }
  }).observe({ entryTypes: ['gc'] });
};

const observeLosses = (meter: Meter): void => {
  const kinds = [
    ['telemetry.spans.dropped', 'Spans that were lost', lostTelemetry.spans],
    ['telemetry.log_lines.dropped', 'Log lines that did not reach Loki', lostTelemetry.logLines],
  ] as const;
  for (const [name, description, reasons] of kinds) {
    meter.createObservableCounter(name, { description }).addCallback((result) => {
      for (const [reason, count] of Object.entries(reasons)) result.observe(count, { reason });
    });
  }
};
