import { beforeEach, describe, expect, it } from '@jest/globals';
import { encodeTraceRequest } from '@lantern/otlp';
import { SpanKind, type TraceId } from '@lantern/telemetry-model';
import { attributes, resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import { openMemoryTraceStore } from '@lantern/telemetry-store';
import { toLegacyTrace } from '../legacy-trace.js';
import { TraceQueries } from '../trace-query.js';
import { TracesJson } from './traces-json.js';

const PLAIN = traceId(1);
/** Spans share an id: they have to be adjusted as models. */
const SHARED = traceId(2);
const NONE = traceId(3);

describe('TracesJson', () => {
  let queries: TraceQueries;

  beforeEach(async () => {
    queries = new TraceQueries(openMemoryTraceStore({ maxBytes: 1e6 }), { maxClockSkewNano: 0n });
    const unsorted = attributes({ b: 'ß', a: 2n });
    await queries.store.append(
      encodeTraceRequest([
        resourceSpans(
          'web',
          span({ traceId: PLAIN, attributes: unsorted }),
          span({ traceId: SHARED, kind: SpanKind.client }),
          span({ traceId: SHARED, kind: SpanKind.server }),
          span({ traceId: SHARED, spanId: spanId(2), attributes: unsorted }),
        ),
      ]),
    );
  });

  const legacy = async (id: TraceId, raw: boolean) => {
    const trace = await queries.byId(id, raw);
    return trace && toLegacyTrace(trace);
  };

  it.each([false, true])('lists traces however each is written, raw: %p', async (raw) => {
    const traces = new TracesJson(queries);
    const found: boolean[] = [];
    for (const id of [NONE, PLAIN, SHARED, NONE, PLAIN]) found.push(await traces.add(id, raw));
    expect(found).toEqual([false, true, true, false, true]);
    const json = traces.finish({ total: 0, limit: 0, offset: 0, errors: null }).toString();
    expect(json).toBe(
      JSON.stringify({
        data: [await legacy(PLAIN, raw), await legacy(SHARED, raw), await legacy(PLAIN, raw)],
        total: 0,
        limit: 0,
        offset: 0,
        errors: null,
      }),
    );
  });

  it('is a list of nothing when nothing is found', async () => {
    const traces = new TracesJson(queries);
    await traces.add(NONE, false);
    expect(traces.finish({ total: 0, limit: 0, offset: 0, errors: null }).toString()).toBe(
      '{"data":[],"total":0,"limit":0,"offset":0,"errors":null}',
    );
  });
});
