/** LogQL: its syntax as a tree, and its evaluation over any source of lines. */
export type * from './logql/ast.js';
export { formatLogql, formatSelector } from './logql/format.js';
export { LogqlParseError } from './logql/parse-error.js';
export { parseLogql, parseSelector } from './logql/parser.js';
export { compileMatcher } from './logql/matcher.js';

export { EvaluationError } from './logql/eval/evaluation-error.js';
export { evaluateLog, type LogQueryOptions, type LogResult } from './logql/eval/evaluate-log.js';
export {
  MAX_SERIES,
  evaluateMetric,
  type MetricPoint,
  type MetricSeries,
} from './logql/eval/evaluate-metric.js';
export { compilePipeline, divideQuery, type SourcePart } from './logql/eval/line-pipeline.js';
export { stepTime } from './logql/eval/steps.js';
export type {
  LogSource,
  SourceFields,
  SourceMatcher,
  SourceQuery,
  SourceRow,
} from './logql/eval/log-source.js';
export type { QueryControl } from './logql/eval/query-control.js';
export type { Steps } from './logql/eval/steps.js';

export { compileJson } from './logql/pipeline/json.js';
export { LineLabels, type LabelCategories } from './logql/pipeline/line-labels.js';
export type { LineStage } from './logql/pipeline/line-stage.js';
export { labelNameOf } from './logql/pipeline/label-name.js';
export { compileLogfmt } from './logql/pipeline/logfmt.js';
export { compilePatternTest } from './logql/pipeline/pattern.js';
