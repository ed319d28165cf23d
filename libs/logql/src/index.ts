/** LogQL: its syntax as a tree, and its evaluation over any source of lines. */
export type * from './ast.js';
export { expressionsIn } from './expressions-in.js';
export { formatLogql, formatSelector } from './format.js';
export { LogqlParseError } from './parse-error.js';
export { parseLogql, parseSelector } from './parser.js';
export { compileMatcher } from './matcher.js';

export { EvaluationError } from './eval/evaluation-error.js';
export { evaluateLog, type LogQueryOptions, type LogResult } from './eval/evaluate-log.js';
export { MAX_SERIES, evaluateMetric, type MetricPoint, type MetricSeries } from './eval/evaluate-metric.js';
export { compilePipeline, divideQuery, type SourcePart } from './eval/line-pipeline.js';
export { stepTime } from './eval/steps.js';
export type { LogSource, SourceFields, SourceMatcher, SourceQuery, SourceRow } from './eval/log-source.js';
export type { QueryControl } from './eval/query-control.js';
export type { Steps } from './eval/steps.js';

export { compileJson } from './pipeline/json.js';
export { CheckPace } from './eval/check-pace.js';
export { LineLabels, type LabelCategories } from './pipeline/line-labels.js';
export type { LineStage } from './pipeline/line-stage.js';
export { JsonScanner } from './pipeline/json-scanner.js';
export { labelNameOf } from './pipeline/label-name.js';
export { compileLogfmt } from './pipeline/logfmt.js';
export { compilePatternTest } from './pipeline/pattern.js';
export { FUNCTIONS as TEMPLATE_FUNCTIONS, type TemplateFunction } from './template/functions.js';
export { Template } from './template/template.js';
export {
  TemplateError,
  TemplateMap,
  isList,
  type TemplateList,
  type TemplateValue,
} from './template/value.js';
