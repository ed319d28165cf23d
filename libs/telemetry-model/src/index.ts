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
export { diffCallTrees, type CallChange, type CallDifference, type CallSide } from './call-diff.js';
export { buildCallTree, durationOf, type CallNode, type CallTree } from './call-tree.js';
export { at, type Column } from './column.js';
export { criticalPath, criticalTimes, type CriticalPath } from './critical-path.js';
export { formatCount, formatCounted, formatShare } from './count-text.js';
export { DependencyLinker, serviceCalls, type DependencyLink, type ServiceCall } from './dependency-link.js';
export { formatDuration, formatNanos } from './duration-text.js';
export { FNV_OFFSET, FNV_PRIME, fnvOfBytes, fnvOfText } from './fnv.js';
export { flameLayout, type FlameBox } from './flame-layout.js';
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
export { hasLongMemberName } from './json-names.js';
export type { LogEntry, LogLabels, LogStream } from './log-stream.js';
export { MAX_HASHED_LENGTH, MAX_NAME_LENGTH, boundedName, mapKey } from './map-key.js';
export { quantile } from './quantile.js';
export { MISSING_SERVICE_NAME, serviceNameOf, type InstrumentationScope, type Resource } from './resource.js';
export { hostOfPeer, peersOf } from './service-peer.js';
export { eachSelfInterval, selfIntervals, selfTimes, type Interval } from './self-time.js';
export {
  CUSTOM_BUCKETS_SCHEMA,
  NO_BUCKETS,
  NO_CUSTOM_VALUES,
  type CounterResetHint,
  type HistogramBuckets,
  type NativeHistogram,
} from './native-histogram.js';
export { METRIC_NAME, SeriesLabels } from './series-labels.js';
export type {
  HistogramSamples,
  MatchOperator,
  MillisRange,
  SelectHints,
  SeriesMatcher,
  SeriesSamples,
  SeriesSource,
} from './series-source.js';
export { StaleMarkers, markStale } from './staleness.js';
export {
  SpanKind,
  StatusCode,
  spanKindOf,
  statusCodeOf,
  durationNano,
  hasError,
  type Span,
  type SpanEvent,
  type SpanLink,
  type SpanStatus,
} from './span.js';
export { WARNINGS_ATTRIBUTE, addWarning, addWarnings, warningsOf } from './span-warnings.js';
export { spanStatistics, type GroupStatistics } from './span-statistics.js';
export {
  Dictionary,
  buildSpanTable,
  spanTableSteps,
  byColumn,
  childrenOf,
  operationOf,
  serviceOf,
  type SpanRow,
  type SpanTable,
} from './span-table.js';
export { timeTaken, type ServiceTime } from './time-taken.js';
export {
  answeredCalls,
  traceGaps,
  unansweredCalls,
  type AnsweredCall,
  type CompletenessRules,
  type TraceGap,
} from './trace-completeness.js';
export { spansOf, type ResourceSpans, type ScopeSpans, type SpanInContext, type Trace } from './trace.js';
export {
  NANOS_PER_MICRO,
  NANOS_PER_MILLI,
  NANOS_PER_SECOND,
  type DurationNano,
  type TimeRange,
  type UnixNano,
} from './units.js';
export { TRACE_ORDERS, type TraceOrder } from './trace-order.js';
export { sortInSteps } from './sort-in-steps.js';
export { finish, type Steps } from './steps.js';
export { compareUtf8 } from './utf8-order.js';
