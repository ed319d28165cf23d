import { parseLogql, parseSelector, type LogExpr } from '@lantern/logql';
import { BadRequest } from '../bad-request.js';
import type { LokiTimeRange } from './time-range.js';

/** Query for lines that an endpoint examines, for example for their fields. */
export interface LinesRequest extends LokiTimeRange {
  readonly expression: LogExpr;
}

/** Parses a query for lines with any pipeline. Rejects metric queries. */
export const parseLogExpression = (text: string): LogExpr => {
  const expression = parseLogql(text);
  if (expression.kind === 'log') return expression;
  throw new BadRequest('only log selector is supported');
};

/** Parses a selector without a pipeline. `{}` selects every stream. */
export const parseOnlySelector = (query: string): LogExpr => {
  const matchers = query === '' ? [] : parseSelector(query);
  return { kind: 'log', matchers, stages: [] };
};
