/** Subject of a detection. `time`: work that the trace waited for. `failure`: errors. `data`: content of spans. `telemetry`: missing spans and fields. */
export type DetectionSubject = 'time' | 'failure' | 'data' | 'telemetry';

export interface DetectionKindInfo {
  readonly subject: DetectionSubject;
  /** Name in headings. */
  readonly title: string;
  /** Remedy, as one or two sentences. */
  readonly advice: string;
}

/** All kinds, in the order of the documentation. */
export const DETECTION_KINDS = {
  'n-plus-one-queries': {
    subject: 'time',
    title: 'N+1 queries',
    advice:
      'Read all rows with one query: a JOIN, `WHERE id IN (…)`, or the eager loading or data loader of the ORM.',
  },
  'n-plus-one-calls': {
    subject: 'time',
    title: 'N+1 calls',
    advice:
      'Call once for all items with a batch endpoint, or send the calls in parallel with a limit on their number.',
  },
  'sequential-calls': {
    subject: 'time',
    title: 'Sequential independent calls',
    advice: 'Start the calls together and wait for all of them, for example with `Promise.all`.',
  },
  'retry-storm': {
    subject: 'time',
    title: 'Retry storm',
    advice:
      'Retry in one layer only, with exponential backoff, jitter and a retry budget, and stop when the error is permanent.',
  },
  'repeated-query': {
    subject: 'time',
    title: 'Repeated query',
    advice: 'Read the rows once and pass them on, or cache them for the request.',
  },
  'slow-statement': {
    subject: 'time',
    title: 'Slow statement',
    advice:
      'Look at the plan of the statement (`EXPLAIN ANALYZE`): a missing index, or more rows than needed.',
  },
  'large-payload': {
    subject: 'time',
    title: 'Large payload',
    advice: 'Ask for fewer fields or rows, page through the list, or stream and compress the body.',
  },
  'resource-wait': {
    subject: 'time',
    title: 'Wait for a pool or lock',
    advice:
      'For a pool: return connections earlier or raise the limit of the pool. For a lock: hold it for a shorter time.',
  },
  'broken-propagation': {
    subject: 'telemetry',
    title: 'Broken propagation',
    advice:
      'Send the trace context with the request (`traceparent`, or B3): check the HTTP client’s instrumentation and proxies that drop headers.',
  },
  'incomplete-trace': {
    subject: 'telemetry',
    title: 'Incomplete trace',
    advice:
      'Check that every service exports to this backend, that its exporter reports no errors, and that all services sample alike.',
  },
  'clock-skew': {
    subject: 'telemetry',
    title: 'Clock skew',
    advice: 'Synchronize the clocks of the hosts (NTP). Until then compare times only within one service.',
  },
  'work-after-answer': {
    subject: 'time',
    title: 'Work after the answer',
    advice:
      'Await the work before the answer, or move it to a queue: work that nothing awaits is lost when the process stops.',
  },
  'swallowed-error': {
    subject: 'failure',
    title: 'Swallowed error',
    advice:
      'Report the error to the caller, or record why it is acceptable (a log line, or a fallback attribute).',
  },
  'error-origin': {
    subject: 'failure',
    title: 'Error origin',
    advice: 'Start at this span: the spans above it report the same failure.',
  },
  'sensitive-attribute': {
    subject: 'data',
    title: 'Secret or personal data in an attribute',
    advice: 'Remove or mask the value where the span is created, and revoke a secret that was exported.',
  },
  'sensitive-url': {
    subject: 'data',
    title: 'Secret in a URL',
    advice: 'Send secrets in a header or in the body, and redact the query string in the instrumentation.',
  },
  'unbounded-span-name': {
    subject: 'telemetry',
    title: 'Unbounded span name',
    advice:
      'Name the span after its route or operation (`GET /users/:id`), and put IDs and values into attributes.',
  },
} as const satisfies Readonly<Record<string, DetectionKindInfo>>;

export type DetectionKind = keyof typeof DETECTION_KINDS;

/** Fault or weakness that the spans of a trace show. */
export interface Detection {
  readonly kind: DetectionKind;
  /** Share of the trace's duration that the fault takes, from 0 to 1. 0 for a fault that costs no time. */
  readonly share: number;
  /** Rows of the spans that show it, ascending. Never empty. */
  readonly rows: readonly number[];
  /** One sentence with the numbers. Names are in backticks. It contains no values of attributes other than names. */
  readonly text: string;
}
