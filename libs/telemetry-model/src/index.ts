export { attributeText } from './attribute-text.js';
export {
  AttributeMap,
  NO_ATTRIBUTES,
  attributeValue,
  stringAttribute,
  type AnyValue,
  type Attribute,
  type Attributes,
} from './attributes.js';
export { base64FromBytes, bytesFromBase64 } from './base64.js';
export { DependencyLinker, serviceCalls, type DependencyLink, type ServiceCall } from './dependency-link.js';
export { bytesFromHex, hexFromBytes } from './hex.js';
export {
  NO_SPAN_ID,
  NO_TRACE_ID,
  bytesFromId,
  isSpanId,
  isTraceId,
  parseTraceId,
  spanIdFromBytes,
  traceIdFromBytes,
  type SpanId,
  type TraceId,
} from './ids.js';
export type { LogEntry, LogLabels, LogStream } from './log-stream.js';
export { MISSING_SERVICE_NAME, serviceNameOf, type InstrumentationScope, type Resource } from './resource.js';
export { selfIntervals, timeByService, type Interval, type ServiceTime } from './self-time.js';
export {
  SpanKind,
  StatusCode,
  durationNano,
  type Span,
  type SpanEvent,
  type SpanLink,
  type SpanStatus,
} from './span.js';
export { spansOf, type ResourceSpans, type ScopeSpans, type SpanInContext, type Trace } from './trace.js';
export {
  buildTraceTree,
  hasError,
  traceDurationNano,
  type ServiceInTrace,
  type TraceNode,
  type TraceTree,
} from './trace-tree.js';
export {
  NANOS_PER_MICRO,
  NANOS_PER_MILLI,
  NANOS_PER_SECOND,
  type DurationNano,
  type TimeRange,
  type UnixNano,
} from './units.js';
