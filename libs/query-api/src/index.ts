export { BadRequest } from './bad-request.js';

export {
  parseLegacyDependenciesRequest,
  parseLegacyTraceRequest,
  parseLegacyTracesRequest,
  type LegacyDependenciesRequest,
  type LegacyTraceRequest,
  type LegacyTracesRequest,
} from './jaeger/legacy-request.js';
export type {
  LegacyDependency,
  LegacyEnvelope,
  LegacyError,
  LegacyKeyValue,
  LegacyLog,
  LegacyOperation,
  LegacyProcess,
  LegacyReference,
  LegacySpan,
  LegacyTrace,
} from './jaeger/legacy-types.js';
export { parseMetricsRequest, parseQuantile, type MetricsRequest } from './jaeger/metrics-request.js';
export type { Metric, MetricFamily, MetricPoint } from './jaeger/metrics-types.js';
export { MAX_SEARCH_LIMIT, type TraceConditions, type TraceSearch } from './jaeger/search.js';
export { formatPageToken, type PagePlace } from './jaeger/page-token.js';
export { SPAN_KIND_NAMES } from './jaeger/span-kind.js';
export {
  StructuredFilterError,
  parseStructuredFilter,
  type StructuredFilter,
} from './jaeger/structured-filter/structured-filter.js';
export type { TraceCondition, TraceDigest } from './jaeger/structured-filter/trace-digest.js';
export { legacyTraceId, parseJaegerTraceId } from './jaeger/trace-id.js';
export {
  parseV3AttributesRequest,
  parseV3DependenciesRequest,
  parseV3DifferencesRequest,
  parseV3ExplanationRequest,
  parseV3LiveRequest,
  parseV3OperationStatsRequest,
  parseV3OperationsRequest,
  parseV3Search,
  parseV3TraceRequest,
  parseV3WaitRequest,
  type V3AttributesRequest,
  type V3DependenciesRequest,
  type V3DifferencesRequest,
  type V3ExplanationQuestion,
  type V3ExplanationRequest,
  type V3OperationStatsRequest,
  type V3OperationsRequest,
  type V3TraceRequest,
  type V3SearchRequest,
  type V3WaitRequest,
} from './jaeger/v3-request.js';
export type {
  V3AttributeKey,
  V3AttributeKeys,
  V3AttributeLevel,
  V3AttributeType,
  V3AttributeValues,
  V3CallStats,
  V3Dependencies,
  V3Dependency,
  V3Detection,
  V3Detections,
  V3Differences,
  V3Issues,
  V3Error,
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
  V3Wait,
  V3WaitReason,
  V3WaitUntil,
} from './jaeger/v3-types.js';

export { decodePush } from './loki/push-protobuf.js';
export { formatLabels, parsePush } from './loki/push.js';
export { SnappyTooLarge, decompressSnappy } from './loki/snappy.js';
export {
  parseDetectedFieldsRequest,
  parseDetectedLabelsRequest,
  type DetectedFieldsRequest,
} from './loki/detected-request.js';
export { parseStatsRequest, parseVolumeRequest, type VolumeRequest } from './loki/index-request.js';
export type { LinesRequest } from './loki/lines-request.js';
export { parsePatternsRequest, type PatternsRequest } from './loki/patterns-request.js';
export {
  longestWindow,
  parseInstantQuery,
  parseRangeQuery,
  type InstantQueryRequest,
  type LogRangeRequest,
  type MetricRangeRequest,
  type RangeQueryRequest,
} from './loki/query-request.js';
export {
  parseLabelsRequest,
  parseSeriesRequest,
  type LabelsRequest,
  type SeriesRequest,
} from './loki/series-request.js';
export { parseTailRequest, type TailRequest } from './loki/tail-request.js';
export type { LokiTimeRange } from './loki/time-range.js';
export {
  CATEGORIZE_LABELS,
  ENCODING_FLAGS_HEADER,
  type LokiBuildInfo,
  type LokiCategories,
  type LokiDetectedField,
  type LokiDetectedFields,
  type LokiDetectedLabel,
  type LokiDetectedLabels,
  type LokiDetectedValues,
  type LokiDroppedEntry,
  type LokiFieldType,
  type LokiIndexStats,
  type LokiList,
  type LokiMatrix,
  type LokiPattern,
  type LokiResponse,
  type LokiSample,
  type LokiScalar,
  type LokiStats,
  type LokiStatsSummary,
  type LokiStream,
  type LokiStreams,
  type LokiTailFrame,
  type LokiValue,
  type LokiVector,
} from './loki/types.js';

export {
  parseLimit,
  parseLookback,
  parseOptionalTime,
  parseSteps,
  parseTime,
  parseTimeout,
  unescapeLabelName,
  type PrometheusSteps,
} from './prometheus/params.js';
export type * from './prometheus/types.js';
