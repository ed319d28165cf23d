import { afterEach, describe, expect, it } from '@jest/globals';
import type { V3LiveSummaries, V3TraceSummary } from '@lantern/query-api';
import {
  attributes,
  millis,
  resourceSpans,
  span,
  spanId,
  traceId,
  T0,
} from '@lantern/telemetry-model/testing';
import { EventSourceReader } from '../../../testing/event-source.js';
import { RunningLantern, useLantern } from '../../../testing/running-lantern.js';
import { LiveSession } from './live-session.js';

const lantern = useLantern();
const open: EventSourceReader[] = [];
afterEach(() => {
  for (const source of open.splice(0)) source.close();
});

const follow = async (query = '', at: RunningLantern = lantern): Promise<EventSourceReader> => {
  const source = await EventSourceReader.open(`${at.urls.jaeger}/api/v3/lantern/live?${query}`);
  open.push(source);
  expect(await source.next()).toEqual({ event: 'ready', data: {} });
  return source;
};

const nextSummaries = async (source: EventSourceReader): Promise<readonly V3TraceSummary[]> => {
  const event = await source.next();
  expect(event?.event).toBe('summaries');
  return (event?.data as V3LiveSummaries).summaries;
};

describe('GET /api/v3/lantern/live', () => {
  it('sends a trace after its acknowledgement, and again when more of its spans have arrived', async () => {
    const source = await follow();
    expect([source.response.status, source.response.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream',
    ]);
    const id = traceId(1);
    await lantern.send(resourceSpans('gateway', span({ traceId: id, name: 'GET /' })));
    expect(await nextSummaries(source)).toEqual([
      expect.objectContaining({ traceId: id, rootServiceName: 'gateway', spanCount: 1 }),
    ]);

    await lantern.send(
      resourceSpans('orders', span({ traceId: id, spanId: spanId(2), parentSpanId: spanId(1) })),
    );
    expect(await nextSummaries(source)).toEqual([expect.objectContaining({ traceId: id, spanCount: 2 })]);
  });

  it('sends one event for spans that arrive together', async () => {
    const source = await follow();
    await Promise.all([
      lantern.send(resourceSpans('a', span({ traceId: traceId(11) }), span({ traceId: traceId(12) }))),
      lantern.send(resourceSpans('b', span({ traceId: traceId(11), spanId: spanId(2) }))),
    ]);
    const told = await nextSummaries(source);
    expect(told.map(({ traceId: id, spanCount }) => [id, spanCount])).toEqual([
      [traceId(11), 2],
      [traceId(12), 1],
    ]);
  });

  it('sends the traces that a search with the same parameters finds', async () => {
    const byService = await follow('query.service_name=wanted');
    const byAttribute = await follow(`query.attributes=${encodeURIComponent('{"user":"ann"}')}`);
    const byDuration = await follow('lantern.traceDurationMin=50ms');
    const filter =
      '{"op":"eq","args":[{"field":{"level":"span","name":"name"}},{"scalar":{"value":"slow"}}]}';
    const byFilter = await follow(`query.filter=${encodeURIComponent(filter)}`);
    await lantern.send(
      resourceSpans('other', span({ traceId: traceId(21), attributes: attributes({ user: 'ann' }) })),
      resourceSpans('wanted', span({ traceId: traceId(22) })),
      resourceSpans('other', span({ traceId: traceId(23), name: 'slow', endUnixNano: T0 + millis(60) })),
    );
    const idOf = async (source: EventSourceReader) =>
      (await nextSummaries(source)).map(({ traceId: id }) => id);
    expect(await idOf(byService)).toEqual([traceId(22)]);
    expect(await idOf(byAttribute)).toEqual([traceId(21)]);
    expect(await idOf(byDuration)).toEqual([traceId(23)]);
    expect(await idOf(byFilter)).toEqual([traceId(23)]);
  });

  it('keeps telling of a trace that matched once, though its later spans do not match', async () => {
    const source = await follow('query.serviceName=first');
    await lantern.send(resourceSpans('first', span({ traceId: traceId(31) })));
    expect((await nextSummaries(source))[0]?.spanCount).toBe(1);
    await lantern.send(resourceSpans('second', span({ traceId: traceId(31), spanId: spanId(2) })));
    expect((await nextSummaries(source))[0]?.spanCount).toBe(2);
  });

  it('rejects an invalid parameter with the message of a search', async () => {
    const { status, text } = await lantern.jaeger('/api/v3/lantern/live?query.durationMin=x');
    expect([status, text]).toEqual([
      400,
      '{"error":{"httpCode":400,"message":"malformed parameter query.durationMin: time: invalid duration \\"x\\""}}\n',
    ]);
  });

  it('accepts a limited number of clients, and a new one when one has disconnected', async () => {
    const sources: EventSourceReader[] = [];
    for (let n = 0; n < 20; n++) sources.push(await follow());
    const refused = await lantern.jaeger('/api/v3/lantern/live');
    expect([refused.status, refused.text]).toEqual([
      503,
      '{"error":{"httpCode":503,"message":"20 clients follow the traces already: close one of them"}}\n',
    ]);
    sources[0]?.close();
    let status = 503;
    while (status === 503) {
      const source = await EventSourceReader.open(`${lantern.urls.jaeger}/api/v3/lantern/live`);
      open.push(source);
      ({ status } = source.response);
    }
    expect(status).toBe(200);
  });

  it('ends the streams when Lantern stops', async () => {
    const stopping = new RunningLantern({});
    await stopping.start();
    const source = await follow('', stopping);
    await stopping.stop();
    expect(await source.next()).toBeUndefined();
  });
});

describe('LiveSession', () => {
  const conditions = {
    service: '',
    operation: '',
    attributes: {},
    minDurationNano: 0n,
    maxDurationNano: 0n,
  };

  it('drops the oldest waiting traces when more arrive than can be sent, and counts them', () => {
    const session = new LiveSession(conditions);
    for (let n = 1; n <= 503; n++) session.add([resourceSpans('a', span({ traceId: traceId(n) }))]);
    expect(session.takeDropped()).toBe(3);
    expect(session.takeDropped()).toBe(0);
    expect(session.take(2)).toEqual([traceId(4), traceId(5)]);
    expect(session.take(1_000)).toHaveLength(498);
    expect(session.isEmpty).toBe(true);
  });
});
