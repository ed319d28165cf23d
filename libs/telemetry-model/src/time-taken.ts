import { at } from './column.js';
import type { CriticalPath } from './critical-path.js';
import { operationOf, serviceOf, type SpanTable } from './span-table.js';

/** How much of a trace one service took. */
export interface ServiceTime {
  readonly service: string;
  /** Nanoseconds of the critical path that lie in spans of the service. */
  readonly nano: number;
  /** In which operation of the service most of that passed. */
  readonly operation: string;
  /** The row of the span of that operation in which most of it passed. */
  readonly longest: number;
}

/**
 * Which service took the time of the trace, the most first: what its end waited for. Where roots overlap, a moment
 * counts for the one that began first; so the services together never exceed the duration of the trace.
 */
export const timeTaken = (table: SpanTable, path: CriticalPath): ServiceTime[] => {
  const byRow = new Map<number, number>();
  let covered = -Infinity;
  for (const [i, row] of path.row.entries()) {
    const taken = at(path.to, i) - Math.max(covered, at(path.from, i));
    covered = Math.max(covered, at(path.to, i));
    if (taken > 0) byRow.set(row, (byRow.get(row) ?? 0) + taken);
  }
  const services = new Map<string, Map<string, { nano: number; longest: number }>>();
  for (const [row, nano] of byRow) {
    const service = serviceOf(table, row);
    const operations = services.get(service) ?? new Map<string, { nano: number; longest: number }>();
    services.set(service, operations);
    const operation = operations.get(operationOf(table, row));
    if (operation === undefined) operations.set(operationOf(table, row), { nano, longest: row });
    else {
      operation.nano += nano;
      if (nano > (byRow.get(operation.longest) ?? 0)) operation.longest = row;
    }
  }
  return [...services]
    .flatMap(([service, operations]) => {
      const [most] = [...operations].sort(([, a], [, b]) => b.nano - a.nano);
      if (most === undefined) return [];
      const nano = [...operations.values()].reduce((sum, operation) => sum + operation.nano, 0);
      return [{ service, nano, operation: most[0], longest: most[1].longest }];
    })
    .sort((a, b) => b.nano - a.nano);
};
