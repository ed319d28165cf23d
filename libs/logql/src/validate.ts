import type { LogqlExpr } from './ast.js';
import { expressionsIn } from './expressions-in.js';
import { compileLabelTest } from './pipeline/label-filter.js';
import { compileStage } from './pipeline/compile-stage.js';

/**
 * Compiles the stages and filters of a query, so that an invalid expression, pattern or template is reported before any
 * line is read.
 *
 * @throws {LogqlParseError}
 */
export const validate = (query: LogqlExpr): void => {
  for (const expression of expressionsIn(query)) {
    if (expression.kind === 'log') expression.stages.forEach(compileStage);
    if (expression.kind === 'range-aggregation') expression.unwrap?.filters.forEach(compileLabelTest);
  }
};
