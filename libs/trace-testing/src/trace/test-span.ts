import type { ServiceName } from '../names.js';

export type SpanKindName = 'internal' | 'server' | 'client' | 'producer' | 'consumer';
export type SpanStatusName = 'unset' | 'ok' | 'error';

/** Value of an attribute. Integers are numbers, and bigints beyond 2^53. */
export type AttributeValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

export type AttributeValues = Readonly<Record<string, AttributeValue>>;

export interface TestSpanEvent {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: AttributeValues;
}

export interface TestSpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: AttributeValues;
}

/** Span of a trace under test. */
export interface TestSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly service: ServiceName;
  readonly name: string;
  readonly kind: SpanKindName;
  readonly status: SpanStatusName;
  readonly statusMessage: string;
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
  readonly durationMillis: number;
  readonly attributes: AttributeValues;
  /** Attributes of the process that sent the span. */
  readonly resource: AttributeValues;
  /** Name of the instrumentation that made the span. */
  readonly scope: string;
  readonly events: readonly TestSpanEvent[];
  readonly links: readonly TestSpanLink[];
  /** Undefined for a root, and for a span whose parent has not arrived. */
  readonly parent: TestSpan | undefined;
  /** Sorted by start. */
  readonly children: readonly TestSpan[];
}
