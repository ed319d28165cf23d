import type { CallStats, ComparedStats, OperationStats } from '../../api/operation-stats.js';
import { changeOf, errorShare, NO_CHANGE_KNOWN, type Change } from './change.js';

export interface OperationRow extends OperationStats {
  /** Calls per second. */
  readonly rate: number;
  readonly errorShare: number;
  /** Share of calls × p95 of all rows: where time goes. */
  readonly impact: number;
  readonly change: Change;
  readonly presence: 'both' | 'new' | 'gone';
}

/** Groups of span kinds to list. */
export const KIND_GROUPS = [
  'requests',
  'server',
  'consumer',
  'client',
  'producer',
  'internal',
  'all',
] as const;
export type KindGroup = (typeof KIND_GROUPS)[number];

const REQUESTS = ['server', 'consumer'];

const belongs = (spanKind: string, group: KindGroup): boolean =>
  group === 'all' || (group === 'requests' ? REQUESTS.includes(spanKind) : spanKind === group);

/** Returns the operations of both periods. Operations that disappeared have their earlier figures. */
export const operationRows = ({ seconds, now, before }: ComparedStats, group: KindGroup): OperationRow[] => {
  const earlier = new Map(before.operations.map((operation) => [operationKey(operation), operation]));
  const current = now.operations.filter(({ spanKind }) => belongs(spanKind, group));
  const whole = current.reduce((sum, operation) => sum + weightOf(operation), 0) || 1;
  const rows = current.map((operation): OperationRow => {
    const then = earlier.get(operationKey(operation));
    earlier.delete(operationKey(operation));
    return {
      ...operation,
      rate: operation.callCount / seconds,
      errorShare: errorShare(operation),
      impact: weightOf(operation) / whole,
      change: changeOf(operation, then),
      // Without earlier data, no operation is new.
      presence: then === undefined && before.operations.length > 0 ? 'new' : 'both',
    };
  });
  const gone = [...earlier.values()]
    .filter(({ spanKind }) => belongs(spanKind, group))
    .map((operation): OperationRow => ({
      ...operation,
      callCount: 0,
      errorCount: 0,
      rate: 0,
      errorShare: 0,
      impact: 0,
      change: NO_CHANGE_KNOWN,
      presence: 'gone',
    }));
  return [...rows, ...gone];
};

/** Key of an operation, unique across services. */
export const operationKey = ({ service, name, spanKind }: OperationStats): string =>
  JSON.stringify([service, name, spanKind]);

/** Weight as in Jaeger’s Monitor. */
const weightOf = ({ callCount, latencyMs }: CallStats): number => callCount * latencyMs.p95;

export type OperationOrder = 'impact' | 'name' | 'rate' | 'errors' | 'p50' | 'p95' | 'p99' | 'change';

export const sortOperations = (
  rows: readonly OperationRow[],
  by: OperationOrder,
  descends: boolean,
): OperationRow[] => {
  const sign = descends ? -1 : 1;
  return rows.toSorted((a, b) => {
    if ((a.presence === 'gone') !== (b.presence === 'gone')) return a.presence === 'gone' ? 1 : -1;
    const [x, y] = [valueOf(a, by), valueOf(b, by)];
    return x === y ? 0 : x < y ? -sign : sign;
  });
};

const valueOf = (row: OperationRow, by: OperationOrder): string | number => {
  switch (by) {
    case 'name':
      return row.name.toLowerCase();
    case 'errors':
      return row.errorShare;
    case 'impact':
    case 'rate':
      return row[by];
    case 'change':
      return row.change.latency === 'unknown' ? -Infinity : row.change.factor;
    default:
      return row.latencyMs[by];
  }
};
