/**
 * Wire types for clients of the APIs, without the parsers of requests.
 */
export type {
  LegacyEnvelope,
  LegacyKeyValue,
  LegacyLog,
  LegacyProcess,
  LegacyReference,
  LegacySpan,
  LegacyTrace,
} from './jaeger/legacy-types.js';
export type { Metric, MetricFamily, MetricPoint } from './jaeger/metrics-types.js';
export { MAX_SEARCH_LIMIT } from './jaeger/search.js';
export { SPAN_KIND_NAMES } from './jaeger/span-kind.js';
export type {
  V3AttributeKey,
  V3AttributeKeys,
  V3AttributeValues,
  V3CallStats,
  V3Dependencies,
  V3Dependency,
  V3Difference,
  V3Differences,
  V3Issues,
  V3Latency,
  V3LiveDropped,
  V3LiveSummaries,
  V3Endpoints,
  V3OperationStats,
  V3Operations,
  V3ServiceSummary,
  V3Services,
  V3TraceSummaries,
  V3TraceSummary,
} from './jaeger/v3-types.js';

export {
  CATEGORIZE_LABELS,
  ENCODING_FLAGS_HEADER,
  type LokiList,
  type LokiMatrix,
  type LokiStream,
  type LokiStreams,
  type LokiTailFrame,
} from './loki/types.js';

export type * from './prometheus/types.js';
