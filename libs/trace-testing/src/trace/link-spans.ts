import {
  AttributeMap,
  SpanKind,
  StatusCode,
  durationNano,
  serviceNameOf,
  spanKindOf,
  spansOf,
  statusCodeOf,
  type AnyValue,
  type Attributes,
  type SpanInContext,
  type Trace,
} from '@lantern/telemetry-model';
import type { AttributeValue, AttributeValues, SpanKindName, SpanStatusName, TestSpan } from './test-span.js';

const KINDS: Readonly<Record<SpanKind, SpanKindName>> = {
  // Its meaning in OpenTelemetry.
  [SpanKind.unspecified]: 'internal',
  [SpanKind.internal]: 'internal',
  [SpanKind.server]: 'server',
  [SpanKind.client]: 'client',
  [SpanKind.producer]: 'producer',
  [SpanKind.consumer]: 'consumer',
};

const STATUSES: Readonly<Record<StatusCode, SpanStatusName>> = {
  [StatusCode.unset]: 'unset',
  [StatusCode.ok]: 'ok',
  [StatusCode.error]: 'error',
};

interface Linked extends TestSpan {
  parent: TestSpan | undefined;
  children: TestSpan[];
}

/** Returns the spans of a trace with their parents and children, depth first, siblings sorted by start. */
export const linkSpans = (trace: Trace): TestSpan[] => {
  const spans = [...spansOf(trace.resourceSpans)].map(toTestSpan).sort(byStart);
  const byId = new Map<string, Linked>();
  for (const span of spans) if (!byId.has(span.spanId)) byId.set(span.spanId, span);
  const roots: Linked[] = [];
  for (const span of spans) {
    const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId);
    // A cycle of parents would have no root: its earliest span becomes one.
    if (parent === undefined || isBelow(parent, span)) roots.push(span);
    else {
      span.parent = parent;
      parent.children.push(span);
    }
  }
  const inOrder: TestSpan[] = [];
  const stack: TestSpan[] = roots.reverse();
  for (let span = stack.pop(); span !== undefined; span = stack.pop()) {
    inOrder.push(span);
    stack.push(...span.children.toReversed());
  }
  return inOrder;
};

const isBelow = (span: TestSpan, ancestor: TestSpan): boolean => {
  for (let here: TestSpan | undefined = span; here !== undefined; here = here.parent) {
    if (here === ancestor) return true;
  }
  return false;
};

const byStart = (a: TestSpan, b: TestSpan): number =>
  a.startUnixNano < b.startUnixNano ? -1 : a.startUnixNano > b.startUnixNano ? 1 : 0;

const toTestSpan = ({ span, scope, resource }: SpanInContext): Linked => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  service: serviceNameOf(resource),
  name: span.name,
  kind: KINDS[spanKindOf(span.kind)],
  status: STATUSES[statusCodeOf(span.status.code)],
  statusMessage: span.status.message,
  startUnixNano: span.startUnixNano,
  endUnixNano: span.endUnixNano,
  durationMillis: Number(durationNano(span)) / 1e6,
  attributes: plainAttributes(span.attributes),
  resource: plainAttributes(resource.attributes),
  scope: scope.name,
  events: span.events.map(({ name, timeUnixNano, attributes }) => ({
    name,
    timeUnixNano,
    attributes: plainAttributes(attributes),
  })),
  links: span.links.map(({ traceId, spanId, attributes }) => ({
    traceId,
    spanId,
    attributes: plainAttributes(attributes),
  })),
  parent: undefined,
  children: [],
});

const plainAttributes = (attributes: Attributes): AttributeValues => {
  // Without a prototype, so that an attribute `__proto__` is one as any other.
  const values = Object.create(null) as Record<string, AttributeValue>;
  // OTLP forbids to repeat a key: the first value wins.
  for (const { key, value } of attributes) values[key] ??= plainValue(value);
  return values;
};

const plainValue = (value: AnyValue): AttributeValue => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value instanceof AttributeMap) return plainAttributes(value.entries);
  if (Array.isArray(value)) return (value as readonly AnyValue[]).map(plainValue);
  return value as AttributeValue;
};
