import type { Fault } from './marked-fault.js';

/** Where a message of Loki's says that the query is wrong. */
export const faultIn = (message: string | undefined): Fault | undefined => {
  const [, line, column] = /parse error at line (\d+), col (\d+)/.exec(message ?? '') ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column) };
};

/** The query that a message proposes instead: for an id that is no label, one that finds it. */
export const proposedQuery = (message: string | undefined): string | undefined =>
  /Ask for it behind the selector: (\{.+)$/s.exec(message ?? '')?.[1]?.trim();
