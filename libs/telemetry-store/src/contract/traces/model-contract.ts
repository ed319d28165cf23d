import { expect, it } from '@jest/globals';
import { checkTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import fc from 'fast-check';
import type { TraceCursor, TraceQuery, TraceStore } from '../../trace-store.js';
import { NaiveTraceStore } from '../naive-trace-store.js';
import { anyAppends, anyQuery } from '../small-world.js';
import { AMPLE } from '../store-limits.js';
import { contentOf } from '../trace-content.js';
import { callsIn } from './latencies.js';
import type { TraceStoreSubject } from './trace-store-subject.js';

const placesIn = async (store: TraceStore, query: TraceQuery): Promise<TraceCursor[]> => {
  const places: TraceCursor[] = [];
  for await (const { place } of store.eachTrace(query)) places.push(place);
  return places;
};

/** The places of all traces, read page by page. */
const allPages = async (store: TraceStore, query: TraceQuery): Promise<TraceCursor[]> => {
  const places = await placesIn(store, query);
  const last = places.at(-1);
  return last ? [...places, ...(await allPages(store, { ...query, after: last }))] : places;
};

/** Any questions after any appends. */
export const answersAsAList = (subject: TraceStoreSubject): void => {
  it('The store answers any query after any appends like a list of spans', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyAppends,
        fc.array(anyQuery, { minLength: 5, maxLength: 10 }),
        async (appends, queries) => {
          const engine = await subject.create(AMPLE);
          const naive = new NaiveTraceStore();
          try {
            for (const groups of appends) {
              await engine.append(checkTraceRequest(encodeTraceRequest(groups)));
              await naive.append(checkTraceRequest(encodeTraceRequest(groups)));
            }
            for (const query of queries) {
              expect((await engine.findTraces(query)).map(contentOf)).toEqual(
                (await naive.findTraces(query)).map(contentOf),
              );
              expect(await allPages(engine, query)).toEqual(await placesIn(naive, { ...query, limit: 100 }));
              expect(await engine.countTraces(query)).toBe(await naive.countTraces(query));
              const edges = await naive.callEdges(query.range);
              const found = await engine.callEdges(query.range);
              expect(found.map(({ latencies: _, ...link }) => link)).toEqual(
                edges.map(({ latencies: _, ...link }) => link),
              );
              for (const [at, edge] of edges.entries()) {
                expect(callsIn(found[at]?.latencies)).toBe(callsIn(edge.latencies));
              }
              expect(await engine.dependencies(query.range)).toEqual(await naive.dependencies(query.range));
            }
            const services = await naive.services();
            expect(await engine.services()).toEqual(services);
            for (const service of [...services, 'nobody']) {
              expect(await engine.operations(service)).toEqual(await naive.operations(service));
            }
            const { traces, spans } = await naive.stats();
            expect(await engine.stats()).toMatchObject({ traces, spans, evictedSpans: 0 });
          } finally {
            await engine.close();
          }
        },
      ),
    );
  });
};
