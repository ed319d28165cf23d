import type { LineFilterOperator, LineFilterStage } from '../ast.js';
import { LogqlParseError } from '../parse-error.js';
import { compileSearch, type TextTest } from '../regex.js';
import { compileIpTest } from './ip.js';
import type { LineStage } from './line-stage.js';
import { compilePatternTest } from './pattern.js';

const TESTS: Readonly<Record<LineFilterOperator, (text: string) => TextTest>> = {
  '|=': (text) => (line) => line.includes(text),
  '!=': (text) => (line) => line.includes(text),
  '|~': compileSearch,
  '!~': compileSearch,
  '|>': compilePatternTest,
  '!>': compilePatternTest,
};

/** @throws {LogqlParseError} */
export const compileLineFilter = ({ operator, texts }: LineFilterStage): LineStage => {
  const isNegated = operator.startsWith('!');
  const tests = texts.map((text) => {
    if (typeof text === 'string') return TESTS[operator](text);
    if (operator !== '|=' && operator !== '!=') throw new LogqlParseError('ip: invalid operation');
    return compileIpTest(text.pattern);
  });
  const [only] = tests;
  if (tests.length === 1 && only) return (line) => (only(line) === isNegated ? undefined : line);
  return (line) => (tests.some((test) => test(line)) === isNegated ? undefined : line);
};
