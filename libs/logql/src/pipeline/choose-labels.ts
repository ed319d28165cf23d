import type { LabelChoice } from '../ast.js';
import { compileMatcher } from '../matcher.js';
import { ERROR_DETAILS_LABEL, ERROR_LABEL } from './line-labels.js';
import type { LineStage } from './line-stage.js';

interface Choice {
  readonly name: string;
  readonly matches: (value: string) => boolean;
}

const compileChoice = (choice: LabelChoice): Choice =>
  typeof choice === 'string'
    ? { name: choice, matches: () => true }
    : { name: choice.name, matches: compileMatcher(choice) };

/** @throws {LogqlParseError} */
export const compileDrop = (choices: readonly LabelChoice[]): LineStage => {
  const dropped = choices.map(compileChoice);
  return (line, labels) => {
    for (const { name, matches } of dropped) {
      const value = labels.get(name);
      if (value !== undefined && matches(value)) labels.remove(name);
    }
    return line;
  };
};

/** Errors stay in any case. @throws {LogqlParseError} */
export const compileKeep = (choices: readonly LabelChoice[]): LineStage => {
  const kept = choices.map(compileChoice);
  return (line, labels) => {
    for (const [name, value] of Object.entries(labels.all())) {
      if (name === ERROR_LABEL || name === ERROR_DETAILS_LABEL) continue;
      if (!kept.some((choice) => choice.name === name && choice.matches(value))) labels.remove(name);
    }
    return line;
  };
};
