import type { Call } from '../../api/dependencies.js';

export interface CallOrder {
  readonly by: 'caller' | 'callee' | 'count' | 'errors' | 'p50' | 'p95' | 'p99';
  readonly descends: boolean;
}

/** Sorts calls. The sort is stable; calls without a latency come last in either direction. */
export const sortCalls = <T extends Call>(calls: readonly T[], { by, descends }: CallOrder): T[] => {
  const sign = descends ? -1 : 1;
  return calls.toSorted((a, b) => {
    const [x, y] = [valueOf(a, by), valueOf(b, by)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return x === y ? 0 : x < y ? -sign : sign;
  });
};

const valueOf = (call: Call, by: CallOrder['by']): string | number | undefined => {
  switch (by) {
    case 'caller':
    case 'callee':
      return call[by].toLowerCase();
    case 'count':
      return call.count;
    case 'errors':
      return call.errorCount / call.count;
    default:
      return call.latency?.[by];
  }
};
