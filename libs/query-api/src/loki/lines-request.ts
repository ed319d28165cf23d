import { parseLogql, parseSelector, type LogExpr } from '@lantern/logql';
import { BadRequest } from '../bad-request.js';
import type { LokiTimeRange } from './time-range.js';

/** A query for lines that an endpoint looks into, for example to tell what fields they have. */
export interface LinesRequest extends LokiTimeRange {
  readonly expression: LogExpr;
}

/** The pipeline may be anything; a metric query is not asked for lines. */
export const parseLogExpression = (text: string): LogExpr => {
  const expression = parseLogql(text);
  if (expression.kind === 'log') return expression;
  throw new BadRequest('only log selector is supported');
};

/** `{}` selects every stream here. */
export const parseOnlySelector = (query: string): LogExpr => {
  const matchers = query === '' ? [] : parseSelector(query);
  return { kind: 'log', matchers, stages: [] };
};
