import type { Attributes } from './attributes.js';
import type { SpanId, TraceId } from './ids.js';
import type { DurationNano, UnixNano } from './units.js';

/** Numbers of OTLP's enum. */
export const SpanKind = {
  unspecified: 0,
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
} as const;
export type SpanKind = (typeof SpanKind)[keyof typeof SpanKind];

/** Numbers of OTLP's enum. */
export const StatusCode = { unset: 0, ok: 1, error: 2 } as const;
export type StatusCode = (typeof StatusCode)[keyof typeof StatusCode];

/** Kind that a number means. Enums of proto3 are open: a number that OTLP does not define means "unspecified". */
export const spanKindOf = (value: number): SpanKind =>
  Number.isInteger(value) && value >= SpanKind.internal && value <= SpanKind.consumer
    ? (value as SpanKind)
    : SpanKind.unspecified;

/** Status code that a number means. A number that OTLP does not define means "unset". */
export const statusCodeOf = (value: number): StatusCode =>
  value === StatusCode.ok || value === StatusCode.error ? value : StatusCode.unset;

export interface SpanStatus {
  /** Number of OTLP's enum, kept also when OTLP does not define it, see {@link statusCodeOf}. */
  readonly code: number;
  readonly message: string;
}

export interface SpanEvent {
  readonly timeUnixNano: UnixNano;
  readonly name: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

export interface SpanLink {
  readonly traceId: TraceId;
  readonly spanId: SpanId;
  readonly traceState: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly flags: number;
}

/**
 * Span with all fields of OTLP.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export interface Span {
  readonly traceId: TraceId;
  readonly spanId: SpanId;
  /** Undefined for a root span. */
  readonly parentSpanId: SpanId | undefined;
  readonly traceState: string;
  /** W3C trace flags in the low 8 bits. Bits 8 and 9 tell whether the parent is known to be remote. */
  readonly flags: number;
  readonly name: string;
  /** Number of OTLP's enum, kept also when OTLP does not define it, see {@link spanKindOf}. */
  readonly kind: number;
  readonly startUnixNano: UnixNano;
  readonly endUnixNano: UnixNano;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly events: readonly SpanEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly SpanLink[];
  readonly droppedLinksCount: number;
  readonly status: SpanStatus;
}

export const durationNano = (span: Pick<Span, 'startUnixNano' | 'endUnixNano'>): DurationNano =>
  span.endUnixNano - span.startUnixNano;

/** Returns whether the status is ERROR. Status codes in attributes do not count. */
export const hasError = (span: Pick<Span, 'status'>): boolean => span.status.code === StatusCode.error;
