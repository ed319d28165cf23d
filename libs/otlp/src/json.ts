/** OTLP/JSON. Runs in a browser: no module here uses an API of Node. */
export { MalformedOtlpError } from './malformed-otlp-error.js';
export { MAX_VALUE_DEPTH } from './common/nesting.js';
export type { AnyValueJson, KeyValueJson } from './common/json/attributes.js';
export type { InstrumentationScopeJson } from './common/json/instrumentation-scope.js';
export type { ResourceJson } from './common/json/resource.js';
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
export { parseTraceRequestJson, readTraceRequestJson } from './trace/json/parse-trace-request.js';
export type { SpanEventJson, SpanJson, SpanLinkJson } from './trace/json/span.js';
