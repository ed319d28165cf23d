import { LogqlParseError } from '../parse-error.js';
import { compileRegex, type Regex } from '../regex.js';
import { isLabelName } from './label-name.js';
import type { LineStage } from './line-stage.js';

/**
 * `| regexp "(?P<method>\\w+) (?P<path>\\S+)"`: named groups become labels.
 *
 * @throws {LogqlParseError}
 */
export const compileRegexp = (expression: string): LineStage => {
  let regex: Regex;
  try {
    regex = compileRegex(expression);
  } catch (error) {
    throw invalid(error instanceof LogqlParseError ? error.reason : String(error));
  }
  const names = regex.groupNames;
  if (!names.some((name) => name !== undefined)) throw invalid('at least one named capture must be supplied');
  const wrong = names.find((name) => name !== undefined && !isLabelName(name));
  if (wrong !== undefined) throw invalid(`invalid extracted label name '${wrong}'`);
  return (line, labels) => {
    for (const { groups } of regex.findAll(line)) {
      for (const [index, name] of names.entries()) {
        if (name !== undefined) labels.extract(name, groups[index + 1] ?? '');
      }
      break;
    }
    return line;
  };
};

const invalid = (reason: string) => new LogqlParseError(`invalid regexp parser: ${reason}`);
