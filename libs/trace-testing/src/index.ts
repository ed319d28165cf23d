export { BackendError } from './backend/backend-error.js';
export type { TraceTestingConfig } from './backend/config.js';
export { BAGGAGE_KEY, type TraceHeaders } from './backend/headers.js';
export { queryLogs, readTrace, resetLantern, traced } from './default-backend.js';
export {
  createTraceTesting,
  type ReadOptions,
  type Traced,
  type TraceTesting,
  type TracedAction,
  type TracedFunction,
  type TracedOptions,
} from './traced.js';
export {
  LanternStartError,
  startLantern,
  type RunningLantern,
  type StartLanternOptions,
} from './lantern/start-lantern.js';
export { matchers, type TraceMatchers } from './matchers/matchers.js';
export type { ShareLimits, Spender, TraceLimits } from './matchers/budget.js';
export { DETECTION_NAMES, type CleanOptions, type DetectionName } from './matchers/detections.js';
export type { LogOptions } from './matchers/logs.js';
export type { TraceLike } from './matchers/received-trace.js';
export { shapeOf, type ShapeField, type ShapeOptions } from './matchers/shape.js';
export type { SpanCount } from './matchers/spans.js';
export type { AttributeName, ServiceName, SpanName } from './names.js';
export type { LogFields, LogPattern } from './patterns/log-pattern.js';
export type { EventPattern, SpanFields, SpanPattern } from './patterns/span-pattern.js';
export type { AsymmetricMatcher, TextPattern, ValuePattern } from './patterns/value-pattern.js';
export { traceFromSpans, type EndedSpan, type SpanKeeper } from './trace/from-spans.js';
export type { LogLine } from './trace/log-line.js';
export type {
  AttributeValue,
  AttributeValues,
  SpanKindName,
  SpanStatusName,
  TestSpan,
  TestSpanEvent,
  TestSpanLink,
} from './trace/test-span.js';
export { TestTrace, type ConsequenceOptions } from './trace/test-trace.js';
