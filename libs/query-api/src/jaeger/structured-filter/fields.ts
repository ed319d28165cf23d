import {
  SpanKind,
  StatusCode,
  durationNano,
  serviceNameOf,
  spanKindOf,
  statusCodeOf,
  type SpanEvent,
  type SpanInContext,
  type SpanLink,
} from '@lantern/telemetry-model';
import { TRACE_ISSUES } from '../../search-query/references.js';
import type { FieldLevel } from './ast.js';
import type { TraceDigest } from './trace-digest.js';

/** Type of a field, which decides its valid comparisons. Words are texts of a closed set, without an order. */
export type FieldType = 'text' | 'duration' | 'time' | 'kind' | 'status' | 'count' | 'flag' | 'issue';

/** A value of a field; undefined where the span has none. */
export type FieldValue = string | bigint | undefined;

type Fields<Source> = Readonly<
  Record<string, { readonly type: FieldType; readonly of: (source: Source) => FieldValue }>
>;

const wordOf = (words: Readonly<Record<string, number>>, number: number): string =>
  Object.keys(words).find((word) => words[word] === number) ?? '';

/** An empty text is a field that was not set. */
const set = (text: string): string | undefined => (text === '' ? undefined : text);

const SPAN: Fields<SpanInContext> = {
  traceID: { type: 'text', of: ({ span }) => span.traceId },
  spanID: { type: 'text', of: ({ span }) => span.spanId },
  parentSpanID: { type: 'text', of: ({ span }) => span.parentSpanId },
  traceState: { type: 'text', of: ({ span }) => set(span.traceState) },
  name: { type: 'text', of: ({ span }) => span.name },
  kind: { type: 'kind', of: ({ span }) => wordOf(SpanKind, spanKindOf(span.kind)) },
  startTime: { type: 'time', of: ({ span }) => span.startUnixNano },
  endTime: { type: 'time', of: ({ span }) => span.endUnixNano },
  status: { type: 'status', of: ({ span }) => wordOf(StatusCode, statusCodeOf(span.status.code)) },
  statusMessage: { type: 'text', of: ({ span }) => set(span.status.message) },
  duration: { type: 'duration', of: ({ span }) => durationNano(span) },
};

const RESOURCE: Fields<SpanInContext> = {
  service: { type: 'text', of: ({ resource }) => serviceNameOf(resource) },
  schemaURL: { type: 'text', of: ({ resourceSchemaUrl = '' }) => set(resourceSchemaUrl) },
};

const SCOPE: Fields<SpanInContext> = {
  name: { type: 'text', of: ({ scope }) => set(scope.name) },
  version: { type: 'text', of: ({ scope }) => set(scope.version) },
  schemaURL: { type: 'text', of: ({ scopeSchemaUrl = '' }) => set(scopeSchemaUrl) },
};

const EVENT: Fields<{ readonly event: SpanEvent; readonly span: SpanInContext }> = {
  name: { type: 'text', of: ({ event }) => event.name },
  time: { type: 'time', of: ({ event }) => event.timeUnixNano },
  timeSinceStart: {
    type: 'duration',
    of: ({ event, span }) => event.timeUnixNano - span.span.startUnixNano,
  },
};

const LINK: Fields<SpanLink> = {
  traceID: { type: 'text', of: (link) => link.traceId },
  spanID: { type: 'text', of: (link) => link.spanId },
  traceState: { type: 'text', of: (link) => set(link.traceState) },
};

type TraceFields = Readonly<
  Record<
    string,
    { readonly type: FieldType; readonly of: (trace: TraceDigest) => readonly (string | bigint)[] }
  >
>;

/** Either kind of N+1. */
const ANY_N_PLUS_ONE = 'n+1';

const TRACE: TraceFields = {
  spanCount: { type: 'count', of: ({ spanCount }) => [BigInt(spanCount)] },
  serviceCount: { type: 'count', of: ({ serviceCount }) => [BigInt(serviceCount)] },
  errorCount: { type: 'count', of: ({ errorCount }) => [BigInt(errorCount)] },
  depth: { type: 'count', of: ({ depth }) => [BigInt(depth)] },
  duration: { type: 'duration', of: ({ durationNano: duration }) => [duration] },
  rootService: { type: 'text', of: ({ rootService }) => [rootService] },
  rootName: { type: 'text', of: ({ rootName }) => [rootName] },
  incomplete: { type: 'flag', of: ({ isIncomplete }) => [String(isIncomplete)] },
  originService: { type: 'text', of: ({ origin }) => (origin ? [origin.service] : []) },
  originName: { type: 'text', of: ({ origin }) => (origin ? [origin.name] : []) },
  issue: {
    type: 'issue',
    of: ({ issues }) =>
      issues.some((kind) => kind.startsWith('n-plus-one')) ? [...issues, ANY_N_PLUS_ONE] : issues,
  },
};

const FIELDS = {
  span: SPAN,
  resource: RESOURCE,
  scope: SCOPE,
  event: EVENT,
  link: LINK,
  trace: TRACE,
} as const;

/** Undefined for a field that the level does not have. */
export const fieldType = (level: FieldLevel, name: string): FieldType | undefined =>
  Object.hasOwn(FIELDS[level], name) ? FIELDS[level][name]?.type : undefined;

export const spanField = (
  level: 'span' | 'resource' | 'scope',
  name: string,
  span: SpanInContext,
): FieldValue => FIELDS[level][name]?.of(span);

export const eventField = (name: string, event: SpanEvent, span: SpanInContext): FieldValue =>
  EVENT[name]?.of({ event, span });

export const linkField = (name: string, link: SpanLink): FieldValue => LINK[name]?.of(link);

export const traceField = (name: string, trace: TraceDigest): readonly (string | bigint)[] =>
  TRACE[name]?.of(trace) ?? [];

export const KIND_WORDS = Object.keys(SpanKind);
export const STATUS_WORDS = Object.keys(StatusCode);
export const FLAG_WORDS = ['true', 'false'];
export const ISSUE_WORDS: readonly string[] = TRACE_ISSUES;
