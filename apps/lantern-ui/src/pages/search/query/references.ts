import type { FilterLevel, FilterReference } from './filter.js';

export type FieldType = 'text' | 'duration' | 'time' | 'kind' | 'status';

/** What every span has, under the names that a query gives it. */
export const FIELDS: readonly {
  readonly names: readonly [string, ...string[]];
  readonly level: FilterLevel;
  readonly field: string;
  readonly type: FieldType;
  readonly means: string;
}[] = [
  { names: ['service'], level: 'resource', field: 'service', type: 'text', means: 'its service' },
  { names: ['name', 'operation'], level: 'span', field: 'name', type: 'text', means: 'its operation' },
  { names: ['duration'], level: 'span', field: 'duration', type: 'duration', means: 'how long it took' },
  {
    names: ['status', 'span.status'],
    level: 'span',
    field: 'status',
    type: 'status',
    means: 'unset, ok, error',
  },
  { names: ['kind', 'span.kind'], level: 'span', field: 'kind', type: 'kind', means: 'server, client, …' },
  { names: ['statusMessage'], level: 'span', field: 'statusMessage', type: 'text', means: 'why it failed' },
  { names: ['startTime'], level: 'span', field: 'startTime', type: 'time', means: 'RFC 3339' },
  { names: ['endTime'], level: 'span', field: 'endTime', type: 'time', means: 'RFC 3339' },
  { names: ['traceID'], level: 'span', field: 'traceID', type: 'text', means: '32 hex digits' },
  { names: ['spanID'], level: 'span', field: 'spanID', type: 'text', means: '16 hex digits' },
  { names: ['parentSpanID'], level: 'span', field: 'parentSpanID', type: 'text', means: '16 hex digits' },
  { names: ['traceState'], level: 'span', field: 'traceState', type: 'text', means: 'as it was sent' },
  { names: ['scope.name'], level: 'scope', field: 'name', type: 'text', means: 'the library behind it' },
  { names: ['scope.version'], level: 'scope', field: 'version', type: 'text', means: 'its version' },
  { names: ['event.name'], level: 'event', field: 'name', type: 'text', means: 'of any of its events' },
  { names: ['event.time'], level: 'event', field: 'time', type: 'time', means: 'RFC 3339' },
  {
    names: ['event.timeSinceStart'],
    level: 'event',
    field: 'timeSinceStart',
    type: 'duration',
    means: 'like 5ms',
  },
  { names: ['link.traceID'], level: 'link', field: 'traceID', type: 'text', means: 'of any of its links' },
  { names: ['link.spanID'], level: 'link', field: 'spanID', type: 'text', means: 'of any of its links' },
];

/** `error=true` is how Jaeger's tags ask for failed spans. */
export const ERROR_WORD = 'error';

const LEVELS = ['span', 'resource', 'scope', 'event', 'link'] as const;

export interface ReadReference {
  readonly reference: FilterReference;
  /** Undefined for an attribute: it holds whatever its sender put there. */
  readonly type: FieldType | undefined;
}

/**
 * What a word of a query refers to: a field of spans, or else the attribute of that key. A prefix says where to look.
 *
 *     duration                  the field
 *     http.route                the attribute, of the span or of its resource
 *     resource.host.name        the attribute host.name, of the resource alone
 *     name   inside event(…)    the field of the event
 *
 * @param inside the collection whose members the surrounding parentheses are about
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
