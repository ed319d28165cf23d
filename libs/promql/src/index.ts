/** PromQL: its syntax as a tree, and its evaluation over any source of series. */
export type * from './syntax/ast.js';
export { childrenOf, selectorsOf, typeOf } from './syntax/ast.js';
export { documentedType } from './syntax/check-types.js';
export { formatMatcher, formatPromql } from './syntax/format.js';
export { FUNCTIONS, type PromqlFunction } from './syntax/functions.js';
export { createMatcher } from './syntax/matcher.js';
export { PromqlParseError } from './syntax/parse-error.js';
export { parsePromql, parseSelector, type ParseOptions } from './syntax/parser.js';
export { lineAndColumn, type Position } from './syntax/position.js';
export { formatLabels } from './syntax/format-labels.js';

export { Annotations, type AnnotationTexts } from './annotations.js';
export { hasCustomBuckets, type BoundedBucket } from './histogram/bucket-bounds.js';
export {
  evaluateInstant,
  evaluateRange,
  type MatrixSeries,
  type QueryOptions,
  type QueryResult,
  type QueryValue,
  type VectorSample,
} from './eval/evaluate.js';
export { PromqlEvaluationError, type EvaluationErrorKind } from './eval/evaluation-error.js';
export type { QueryStatistics } from './eval/query-budget.js';
