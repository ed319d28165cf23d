import { LogqlParseError } from '../parse-error.js';

/** A key of an object, or a place in an array. */
export type JsonPathStep = string | number;

const STEP = /\.?([a-zA-Z_][\w-]*)|\[(\d{1,9})\]|\["((?:[^"\\]|\\.)*)"\]/y;

/**
 * Reads a path like `request.headers["User-Agent"]` or `errors[0].code`.
 *
 * @throws {LogqlParseError}
 */
export const parseJsonPath = (expression: string): JsonPathStep[] => {
  const steps: JsonPathStep[] = [];
  let offset = 0;
  while (offset < expression.length) {
    STEP.lastIndex = offset;
    const [step, key, index, quoted] = STEP.exec(expression) ?? [];
    const startsWithDot = offset === 0 && expression.startsWith('.');
    const lacksDot = offset > 0 && key !== undefined && step?.startsWith('.') === false;
    if (step === undefined || startsWithDot || lacksDot) {
      throw new LogqlParseError(
        `cannot parse expression [${expression}]: syntax error: unexpected ${expression.slice(offset)}`,
      );
    }
    if (index !== undefined) steps.push(Number(index));
    else steps.push(key ?? (quoted ?? '').replace(/\\(.)/g, '$1'));
    offset += step.length;
  }
  if (steps.length === 0) {
    throw new LogqlParseError(`cannot parse expression [${expression}]: syntax error: unexpected $end`);
  }
  return steps;
};
