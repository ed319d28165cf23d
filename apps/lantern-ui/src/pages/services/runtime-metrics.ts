/** Unit of a chart. */
export type RuntimeUnit = 'share' | 'seconds' | 'bytes';

interface RuntimeLine {
  readonly name: string;
  /** Returns the PromQL for a selector of labels. */
  readonly expression: (labels: string) => string;
}

interface RuntimeMetric {
  readonly title: string;
  readonly unit: RuntimeUnit;
  readonly lines: readonly RuntimeLine[];
}

/**
 * Charts of the Node.js runtime. The names are those of OpenTelemetry's semantic conventions in Prometheus.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/runtime/nodejs-metrics/
 * @see https://opentelemetry.io/docs/specs/semconv/runtime/v8js-metrics/
 */
export const RUNTIME_METRICS: readonly RuntimeMetric[] = [
  {
    title: 'Event loop delay',
    unit: 'seconds',
    lines: [
      { name: 'p99', expression: (labels) => `max(nodejs_eventloop_delay_p99_seconds{${labels}})` },
      { name: 'p50', expression: (labels) => `max(nodejs_eventloop_delay_p50_seconds{${labels}})` },
    ],
  },
  {
    title: 'Heap used',
    unit: 'bytes',
    lines: [
      {
        name: 'used',
        expression: (labels) =>
          `max(sum without (v8js_heap_space_name) (v8js_memory_heap_used_bytes{${labels}}))`,
      },
    ],
  },
  {
    title: 'Time in garbage collection',
    unit: 'share',
    lines: [
      {
        name: 'share',
        expression: (labels) =>
          `max(sum without (v8js_gc_type) (rate(v8js_gc_duration_seconds_sum{${labels}}[5m])))`,
      },
    ],
  },
];

/**
 * Returns the query for a service. Scraped series name it in the label `service`, those sent by OTLP in `job`, behind
 * the namespace.
 */
export const runtimeQuery = (expression: RuntimeLine['expression'], service: string): string => {
  const job = `(.+/)?${service.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&')}`;
  return `${expression(`service=${JSON.stringify(service)}`)} or ${expression(`job=~${JSON.stringify(job)}`)}`;
};
