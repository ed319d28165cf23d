export { MalformedOtlpError } from './malformed-otlp-error.js';
export { MAX_VALUE_DEPTH } from './common/nesting.js';
export type { AnyValueJson, KeyValueJson } from './common/json/attributes.js';
export type { InstrumentationScopeJson } from './common/json/instrumentation-scope.js';
export type { ResourceJson } from './common/json/resource.js';
export type { LogRecord, ResourceLogs, ScopeLogs } from './logs/log-record.js';
export { parseLogsRequestJson } from './logs/json/parse-logs-request.js';
export { decodeLogsRequest } from './logs/protobuf/decode-logs-request.js';
export { decodeMetricsRequest } from './metrics/decode-metrics-request.js';
export {
  NO_RECORDED_VALUE,
  Temporality,
  type DataPoint,
  type ExponentialBuckets,
  type ExponentialHistogramDataPoint,
  type HistogramDataPoint,
  type MetricsRequest,
  type NumberDataPoint,
  type OtlpExemplar,
  type OtlpMetric,
  type ResourceMetrics,
  type SummaryDataPoint,
} from './metrics/metrics-request.js';
export { parseMetricsRequestJson } from './metrics/parse-metrics-request.js';
export { FULL_SUCCESS, type PartialSuccess, type Signal } from './response/export-response.js';
export {
  formatExportResponseJson,
  formatRpcStatusJson,
  parseExportResponseJson,
  parseRpcStatusJson,
  type ExportResponseJson,
} from './response/json.js';
export type { RpcStatus } from './response/rpc-status.js';
export type { DecodedTraces, RejectedSpans } from './trace/decoded-traces.js';
export {
  formatTraceRequestJson,
  type ResourceSpansJson,
  type ScopeSpansJson,
  type TraceRequestJson,
} from './trace/json/format-trace-request.js';
export {
  parseTraceRequestJson,
  parseTraceRequestJsonSteps,
  readTraceRequestJson,
} from './trace/json/parse-trace-request.js';
export { formatResource as formatResourceJson } from './common/json/resource.js';
export { formatScope as formatScopeJson } from './common/json/instrumentation-scope.js';
export {
  formatSpan as formatSpanJson,
  type SpanEventJson,
  type SpanJson,
  type SpanLinkJson,
} from './trace/json/span.js';
export {
  decodeExportResponse,
  decodeRpcStatus,
  encodeExportResponse,
  encodeRpcStatus,
} from './response/protobuf.js';
export { decodeTraceRequest, decodeTraceRequestSteps } from './trace/protobuf/decode-trace-request.js';
export { encodeTraceRequest, encodeTraceRequestSteps } from './trace/protobuf/encode-trace-request.js';
export { decodeSpan, encodeSpan } from './trace/protobuf/span.js';
export { SpanReader } from './trace/protobuf/span-reader.js';
export { decodeResource } from './common/protobuf/resource.js';
export {
  attributeHash,
  hashOfAttribute,
  hashesOfAttributeText,
  readKeyValue,
} from './common/protobuf/attribute-hasher.js';
export { checkTraceRequest } from './trace/protobuf/check-trace-request.js';
export type { CheckedTraceRequest, EncodedOrigin } from './trace/protobuf/checked-trace-request.js';
export { ID_WORDS, TIME_WORDS, type SpanColumns } from './trace/protobuf/span-columns.js';
export { SpanScanner } from './trace/protobuf/span-scanner.js';
export { MALFORMED, WireCursor } from './wire/wire-cursor.js';
export { WireReader, type MessageFields } from './wire/wire-reader.js';
