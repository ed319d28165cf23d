import type { CallStats, ComparedStats, OperationStats } from '../../api/operation-stats.js';
import { changeOf, errorShare, NO_CHANGE_KNOWN, type Change } from './change.js';

export interface OperationRow extends OperationStats {
  /** Calls per second. */
  readonly rate: number;
  readonly errorShare: number;
  /** Its share in calls × p95 of all rows: where time goes. */
  readonly impact: number;
  readonly change: Change;
  readonly presence: 'both' | 'new' | 'gone';
}

/** Which operations are listed: those that others ask for, or all. */
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

/** The operations of both times; those that are gone come with the calls that they had. */
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
      // Where nothing was counted before, nothing is new.
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

/** Identity of an operation among those of all services. */
export const operationKey = ({ service, name, spanKind }: OperationStats): string =>
  JSON.stringify([service, name, spanKind]);

/** As Jaeger's Monitor weighs them. */
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
