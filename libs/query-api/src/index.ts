export { BadRequest } from './bad-request.js';

export { GoSyntaxError } from './go/go-syntax-error.js';
export { goQuote } from './go/quote.js';
export { formatGoDuration, parseGoDuration } from './go/duration.js';

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
export { MAX_SEARCH_LIMIT, type TraceSearch } from './jaeger/search.js';
export { SPAN_KIND_NAMES } from './jaeger/span-kind.js';
export { legacyTraceId, parseJaegerTraceId } from './jaeger/trace-id.js';
export {
  parseV3OperationsRequest,
  parseV3Search,
  parseV3TraceRequest,
  type V3OperationsRequest,
  type V3TraceRequest,
} from './jaeger/v3-request.js';
export type {
  V3Error,
  V3Operations,
  V3ServiceSummary,
  V3Services,
  V3TraceSummaries,
  V3TraceSummary,
} from './jaeger/v3-types.js';

export type {
  LabelCombination,
  LabelComparison,
  LabelFilter,
  LabelFilterStage,
  LineFilterOperator,
  LineFilterStage,
  LogExpr,
  LogqlExpr,
  Matcher,
  MatchOperator,
  Stage,
} from './logql/ast.js';
export { formatLogql, formatSelector } from './logql/format.js';
export { compileMatcher } from './logql/matcher.js';
export { LogqlParseError } from './logql/parse-error.js';
export { parseLogql, parseSelector } from './logql/parser.js';
export { compileSearch, type TextTest } from './logql/regex.js';

export { formatLabels, parsePush, type Push } from './loki/push.js';
export {
  parseLabelsRequest,
  parseLogRangeRequest,
  parseSeriesRequest,
  type LabelsRequest,
  type LogRangeRequest,
  type LokiTimeRange,
  type SeriesRequest,
} from './loki/request.js';
export {
  CATEGORIZE_LABELS,
  ENCODING_FLAGS_HEADER,
  type LokiBuildInfo,
  type LokiCategories,
  type LokiList,
  type LokiResponse,
  type LokiStream,
  type LokiStreams,
  type LokiValue,
} from './loki/types.js';
