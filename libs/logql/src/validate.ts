import type { LogqlExpr, Stage } from './ast.js';
import { compileLabelTest } from './pipeline/label-filter.js';
import { compileStage } from './pipeline/compile-stage.js';

/**
 * Compiles what the query holds, so that a wrong expression, pattern or template is told before anything is read.
 *
 * @throws {LogqlParseError}
 */
export const validate = (expression: LogqlExpr): void => {
  switch (expression.kind) {
    case 'log':
      validateStages(expression.stages);
      break;
    case 'range-aggregation':
      validateStages(expression.log.stages);
      expression.unwrap?.filters.forEach(compileLabelTest);
      break;
    case 'vector-aggregation':
    case 'label-replace':
      validate(expression.operand);
      break;
    case 'binary':
      validate(expression.left);
      validate(expression.right);
      break;
    case 'vector':
    case 'number':
      break;
  }
};

const validateStages = (stages: readonly Stage[]): void => {
  stages.forEach(compileStage);
};
