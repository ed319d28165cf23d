import type { Fault } from '../../shared/query-editor/marked-fault.js';

/** Returns the position of a syntax error from a message of Loki. */
export const faultIn = (message: string | undefined): Fault | undefined => {
  const [, line, column] = /parse error at line (\d+), col (\d+)/.exec(message ?? '') ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column) };
};

/** Returns the query that a message proposes, such as one that finds the lines of an ID that is not a label. */
export const proposedQuery = (message: string | undefined): string | undefined =>
  /Ask for it behind the selector: (\{.+)$/s.exec(message ?? '')?.[1]?.trim();
