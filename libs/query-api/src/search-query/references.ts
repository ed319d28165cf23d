import type { FieldLevel, FilterReference } from './filter.js';

export type FieldType = 'text' | 'duration' | 'time' | 'kind' | 'status' | 'count' | 'flag' | 'issue';

/** Kinds of detections, and `n+1` for either kind of it. */
export const TRACE_ISSUES: readonly string[] = [
  'n+1',
  ...['n-plus-one-queries', 'n-plus-one-calls', 'sequential-calls', 'retry-storm', 'repeated-query'],
  ...['slow-statement', 'large-payload', 'resource-wait', 'broken-propagation', 'incomplete-trace'],
  ...['clock-skew', 'work-after-answer', 'swallowed-error', 'error-origin', 'sensitive-attribute'],
  ...['sensitive-url', 'unbounded-span-name'],
];

/** Fields of spans and of traces, by their names in queries. */
export const FIELDS: readonly {
  readonly names: readonly [string, ...string[]];
  readonly level: FieldLevel;
  readonly field: string;
  readonly type: FieldType;
  readonly means: string;
}[] = [
  { names: ['service'], level: 'resource', field: 'service', type: 'text', means: 'service name' },
  {
    names: ['name', 'operation'],
    level: 'span',
    field: 'name',
    type: 'text',
    means: 'operation (span name)',
  },
  { names: ['duration'], level: 'span', field: 'duration', type: 'duration', means: 'duration of the span' },
  {
    names: ['status', 'span.status'],
    level: 'span',
    field: 'status',
    type: 'status',
    means: 'unset, ok, error',
  },
  { names: ['kind', 'span.kind'], level: 'span', field: 'kind', type: 'kind', means: 'server, client, …' },
  { names: ['statusMessage'], level: 'span', field: 'statusMessage', type: 'text', means: 'status message' },
  { names: ['startTime'], level: 'span', field: 'startTime', type: 'time', means: 'RFC 3339' },
  { names: ['endTime'], level: 'span', field: 'endTime', type: 'time', means: 'RFC 3339' },
  { names: ['traceID'], level: 'span', field: 'traceID', type: 'text', means: '32 hex digits' },
  { names: ['spanID'], level: 'span', field: 'spanID', type: 'text', means: '16 hex digits' },
  { names: ['parentSpanID'], level: 'span', field: 'parentSpanID', type: 'text', means: '16 hex digits' },
  { names: ['traceState'], level: 'span', field: 'traceState', type: 'text', means: 'W3C tracestate' },
  {
    names: ['traceDuration'],
    level: 'trace',
    field: 'duration',
    type: 'duration',
    means: 'from the first start to the last end',
  },
  { names: ['spanCount'], level: 'trace', field: 'spanCount', type: 'count', means: 'spans of the trace' },
  {
    names: ['errorCount'],
    level: 'trace',
    field: 'errorCount',
    type: 'count',
    means: 'failed spans of the trace',
  },
  {
    names: ['serviceCount'],
    level: 'trace',
    field: 'serviceCount',
    type: 'count',
    means: 'services of the trace',
  },
  { names: ['depth'], level: 'trace', field: 'depth', type: 'count', means: 'levels of the trace' },
  { names: ['root'], level: 'trace', field: 'rootName', type: 'text', means: 'operation of the first span' },
  {
    names: ['root.service'],
    level: 'trace',
    field: 'rootService',
    type: 'text',
    means: 'service of the first span',
  },
  {
    names: ['origin.service'],
    level: 'trace',
    field: 'originService',
    type: 'text',
    means: 'service in which the failure started',
  },
  {
    names: ['origin.name'],
    level: 'trace',
    field: 'originName',
    type: 'text',
    means: 'operation in which the failure started',
  },
  {
    names: ['incomplete'],
    level: 'trace',
    field: 'incomplete',
    type: 'flag',
    means: 'whether parents of spans are missing',
  },
  { names: ['issue'], level: 'trace', field: 'issue', type: 'issue', means: 'detection in the trace' },
  { names: ['scope.name'], level: 'scope', field: 'name', type: 'text', means: 'instrumentation scope' },
  { names: ['scope.version'], level: 'scope', field: 'version', type: 'text', means: 'version of the scope' },
  { names: ['event.name'], level: 'event', field: 'name', type: 'text', means: 'any event of the span' },
  { names: ['event.time'], level: 'event', field: 'time', type: 'time', means: 'RFC 3339' },
  {
    names: ['event.timeSinceStart'],
    level: 'event',
    field: 'timeSinceStart',
    type: 'duration',
    means: 'such as 5ms',
  },
  { names: ['link.traceID'], level: 'link', field: 'traceID', type: 'text', means: 'any link of the span' },
  { names: ['link.spanID'], level: 'link', field: 'spanID', type: 'text', means: 'any link of the span' },
];

/** Jaeger searches failed spans with the tag `error=true`. */
export const ERROR_WORD = 'error';

const LEVELS = ['span', 'resource', 'scope', 'event', 'link'] as const;

export interface ReadReference {
  readonly reference: FilterReference;
  /** Undefined for attributes, whose type depends on the sender. */
  readonly type: FieldType | undefined;
}

/**
 * Resolves a word of a query: to a field of spans, otherwise to the attribute with that key. A prefix sets the level.
 *
 *     duration                  the field
 *     http.route                the attribute of the span or its resource
 *     resource.host.name        the attribute host.name of the resource
 *     name   inside event(…)    the field of the event
 *
 * @param inside collection whose members the surrounding parentheses match
 */
export const readReference = (word: string, inside: 'event' | 'link' | undefined): ReadReference => {
  const prefixed = LEVELS.find((candidate) => word.startsWith(`${candidate}.`));
  const full = prefixed === undefined && inside !== undefined ? `${inside}.${word}` : word;
  const field = FIELDS.find(({ names }) => names.includes(full));
  if (field !== undefined) {
    return { reference: { field: { name: field.field, level: field.level } }, type: field.type };
  }
  const level = prefixed ?? inside;
  const key = prefixed === undefined ? word : word.slice(prefixed.length + 1);
  return { reference: { attr: level === undefined ? { key } : { key, level } }, type: undefined };
};
