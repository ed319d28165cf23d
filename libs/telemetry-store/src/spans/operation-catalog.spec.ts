import { describe, expect, it } from '@jest/globals';
import { SpanKind } from '@lantern/telemetry-model';
import fc from 'fast-check';
import type { SpanSummary, OperationPeriod } from './summary.js';
import { LatencyHistogram } from './latency-histogram.js';
import { OTHER_OPERATIONS, OTHER_SERVICES, OperationCatalog } from './operation-catalog.js';
import type { BlockOperation } from './rows.js';

const LIMITS = { services: 3, operationsOfService: 2, operations: 5 };

/** A block with a call of each operation, in period 7. */
const summaryOf = (...names: readonly (readonly [service: string, name: string])[]): SpanSummary => {
  const operations = names.map(([service, name]): BlockOperation => ({
    service,
    name,
    kind: SpanKind.server,
  }));
  return {
    spanCount: names.length,
    minStart: 0n,
    maxStart: 0n,
    maxDurationNanos: 0,
    operations,
    operationPeriods: operations.map((_, operation): OperationPeriod => {
      const latency = new LatencyHistogram();
      latency.add(operation);
      return { operation, period: 7, calls: 1, errors: 0, latency };
    }),
    calls: [],
    traceWords: new Uint32Array(0),
  };
};

const callsOf = (catalog: OperationCatalog): Record<string, Record<string, number>> =>
  Object.fromEntries(
    Array.from(catalog.serviceNames(), (service) => [
      service,
      Object.fromEntries(
        Array.from(catalog.operations(service), ({ name, periods }) => {
          let calls = 0;
          periods.takeWithin(0, 100, 1e9, (cell) => (calls += cell.calls));
          return [name, calls];
        }),
      ),
    ]),
  );

describe('OperationCatalog', () => {
  it("OperationCatalog counts operations beyond a service's limit as one named operation", () => {
    const catalog = new OperationCatalog(LIMITS);
    catalog.add(1, summaryOf(['web', 'a'], ['web', 'b'], ['web', 'c'], ['web', 'd']));
    expect(callsOf(catalog)).toEqual({ web: { a: 1, b: 1, [OTHER_OPERATIONS]: 2 } });
  });

  it('OperationCatalog counts least recently active services beyond the limit as one named service', () => {
    const catalog = new OperationCatalog(LIMITS);
    for (const [at, service] of ['web', 'api', 'batch', 'web', 'cron'].entries())
      catalog.add(at + 1, summaryOf([service, 'a']));
    expect(callsOf(catalog)).toEqual({
      batch: { a: 1 },
      web: { a: 2 },
      cron: { a: 1 },
      [OTHER_SERVICES]: { [OTHER_OPERATIONS]: 1 },
    });
  });

  it('OperationCatalog keeps an active service while another one adds many names', () => {
    const catalog = new OperationCatalog(LIMITS);
    for (let block = 1; block <= 100; block++)
      catalog.add(block, summaryOf(['web', 'a'], [`flood-${block}`, 'x'], ['web', `/${block}`]));
    const { web, ...others } = callsOf(catalog);
    expect(web).toEqual({ a: 100, '/1': 1, [OTHER_OPERATIONS]: 99 });
    expect(Object.keys(others)).toHaveLength(LIMITS.services);
  });

  it('OperationCatalog is empty when all blocks are dropped, and no count is ever negative', () => {
    const anyBlock = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.constantFrom('1', '2', '3', '4')),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(fc.array(anyBlock, { maxLength: 30 }), fc.nat(30), (blocks, kept) => {
        const catalog = new OperationCatalog(LIMITS);
        const summaries = blocks.map((names) =>
          summaryOf(...new Map(names.map((name) => [name.join(), name])).values()),
        );
        let total = 0;
        for (const [at, summary] of summaries.entries()) {
          catalog.add(at + 1, summary);
          total += summary.operations.length;
          // As in a store, the oldest go while new ones come.
          const dropped = summaries[at - kept];
          if (dropped) {
            catalog.drop(at - kept + 1, dropped);
            total -= dropped.operations.length;
          }
          const counts = Object.values(callsOf(catalog)).flatMap((calls) => Object.values(calls));
          expect(counts.every((count) => count > 0)).toBe(true);
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(total);
          const services = [...catalog.serviceNames()].filter((name) => name !== OTHER_SERVICES);
          expect(services.length).toBeLessThanOrEqual(LIMITS.services);
        }
        for (let at = Math.max(0, summaries.length - kept); at < summaries.length; at++) {
          const summary = summaries[at];
          if (summary) catalog.drop(at + 1, summary);
        }
        expect(callsOf(catalog)).toEqual({});
      }),
    );
  });
});
