import type { ServiceName } from '../names.js';
import type { LogLine } from '../trace/log-line.js';
import { rejectUnknownMembers } from './similarity.js';
import { describeValue, matchesValue, type TextPattern, type ValuePattern } from './value-pattern.js';

export interface LogFields {
  readonly service?: TextPattern<ServiceName>;
  readonly level?: TextPattern<'debug' | 'info' | 'warn' | 'error' | (string & {})>;
  readonly message?: TextPattern;
  /** Members of a line in JSON, structured metadata and labels. Each given one must match; others are ignored. */
  readonly fields?: Readonly<Record<string, ValuePattern>>;
}

/** Description of a log line: its fields, or a text that its message contains, or a regular expression on it. */
export type LogPattern = string | RegExp | LogFields;

/** @throws TypeError for a member that a pattern does not have */
export const readLogPattern = (pattern: LogPattern): ((line: LogLine) => boolean) => {
  if (typeof pattern === 'string') return ({ message }) => message.includes(pattern);
  if (pattern instanceof RegExp) return ({ message }) => matchesValue(pattern, message);
  rejectUnknownMembers('A pattern of a log line', pattern, ['service', 'level', 'message', 'fields']);
  const { fields, ...texts } = pattern;
  return (line) =>
    Object.entries(texts).every(
      ([key, expected]) =>
        (expected as unknown) === undefined || matchesValue(expected, line[key as keyof typeof texts]),
    ) &&
    (fields === undefined || matchesValue(fields, { ...line.labels, ...line.fields }));
};

export const describeLogPattern = (pattern: LogPattern): string =>
  typeof pattern === 'string' ? `a message that contains ${describeValue(pattern)}` : describeValue(pattern);
