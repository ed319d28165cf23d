import { at } from './column.js';
import type { CriticalPath } from './critical-path.js';
import { operationOf, serviceOf, type SpanTable } from './span-table.js';

/** Time of one service on the critical path of a trace. */
export interface ServiceTime {
  readonly service: string;
  /** Nanoseconds of the critical path that lie in spans of the service. */
  readonly nano: number;
  /** Operation of the service in which most of that time passed. */
  readonly operation: string;
  /** Nanoseconds of the critical path in all spans of that operation. */
  readonly operationNano: number;
  /** Number of spans of that operation that are on the critical path. */
  readonly operationCount: number;
  /** Row of the span of that operation in which most of its time passed. */
  readonly longest: number;
}

interface OperationTime {
  nano: number;
  count: number;
  longest: number;
}

/**
 * Returns the time of each service on the critical path, longest first. While roots overlap, the time counts for the root
 * that started first, so the sum does not exceed the duration of the trace.
 */
export const timeTaken = (table: SpanTable, path: CriticalPath): ServiceTime[] => {
  const byRow = new Map<number, number>();
  let covered = -Infinity;
  for (const [i, row] of path.row.entries()) {
    const taken = at(path.to, i) - Math.max(covered, at(path.from, i));
    covered = Math.max(covered, at(path.to, i));
    if (taken > 0) byRow.set(row, (byRow.get(row) ?? 0) + taken);
  }
  const services = new Map<string, Map<string, OperationTime>>();
  for (const [row, nano] of byRow) {
    const service = serviceOf(table, row);
    const operations = services.get(service) ?? new Map<string, OperationTime>();
    services.set(service, operations);
    const operation = operations.get(operationOf(table, row));
    if (operation === undefined) operations.set(operationOf(table, row), { nano, count: 1, longest: row });
    else {
      operation.nano += nano;
      operation.count++;
      if (nano > (byRow.get(operation.longest) ?? 0)) operation.longest = row;
    }
  }
  return [...services]
    .flatMap(([service, operations]) => {
      const [most] = [...operations].sort(([, a], [, b]) => b.nano - a.nano);
      if (most === undefined) return [];
      const nano = [...operations.values()].reduce((sum, operation) => sum + operation.nano, 0);
      const [operation, { nano: operationNano, count: operationCount, longest }] = most;
      return [{ service, nano, operation, operationNano, operationCount, longest }];
    })
    .sort((a, b) => b.nano - a.nano);
};
