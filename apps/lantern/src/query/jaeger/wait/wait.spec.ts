import { describe, expect, it } from '@jest/globals';
import type { V3Wait } from '@lantern/query-api';
import { SpanKind, type Span } from '@lantern/telemetry-model';
import { attributes, resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import { nowUnixNano } from '../../../clock.js';
import { RunningLantern, useLantern } from '../../../testing/running-lantern.js';

const lantern = useLantern();
const { server, client } = SpanKind;

const ask = async (id: number, query = '', at: RunningLantern = lantern): Promise<V3Wait> => {
  const answer = await at.jaeger(`/api/v3/lantern/traces/${traceId(id)}/wait?${query}`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
  return answer.json() as V3Wait;
};

/** Span that has just ended. */
const at = (
  trace: number,
  id: number,
  parent: number | undefined,
  kind: SpanKind,
  more: Partial<Span> = {},
) =>
  span({
    traceId: traceId(trace),
    spanId: spanId(id),
    parentSpanId: parent === undefined ? undefined : spanId(parent),
    kind,
    startUnixNano: nowUnixNano() - 1_000_000n,
    ...more,
  });

const CALLS_USERS = {
  name: 'GET',
  attributes: attributes({ 'server.address': '127.0.0.1', 'server.port': 8001n }),
};

const sendCall = (trace: number) =>
  lantern.send(
    resourceSpans('orders', at(trace, 1, undefined, server), at(trace, 2, 1, client, CALLS_USERS)),
  );

describe('GET /api/v3/lantern/traces/{id}/wait', () => {
  it('answers once the root has ended and nothing has arrived for the settle time', async () => {
    const waiting = ask(1);
    await lantern.send(resourceSpans('users', at(1, 2, 1, server)));
    await lantern.send(resourceSpans('orders', at(1, 1, undefined, server)));
    expect(await waiting).toMatchObject({ traceId: traceId(1), complete: true, spanCount: 2, reasons: [] });
  });

  it('answers for a trace that arrived before the request', async () => {
    await lantern.send(resourceSpans('orders', at(2, 1, undefined, server)));
    expect(await ask(2)).toMatchObject({ complete: true, spanCount: 1 });
  });

  it('says after the timeout that no span has arrived', async () => {
    expect((await ask(3, 'timeout=60ms')).reasons).toEqual([
      { kind: 'root', message: 'No span of the trace has arrived.' },
    ]);
  });

  it('names the span whose parent has not arrived', async () => {
    await lantern.send(resourceSpans('users', at(4, 3, 2, server, { name: 'GET /users/:id' })));
    expect((await ask(4, 'timeout=60ms')).reasons).toEqual([
      { kind: 'root', message: 'The root span has not arrived: it is sent when it ends.' },
      {
        kind: 'parent',
        message:
          'users: the parent 0000000000000002 of span "GET /users/:id" (0000000000000003) has not arrived.',
        service: 'users',
        spanId: '0000000000000003',
      },
    ]);
  });

  it('counts spans below the parent that the caller names as roots, and waits for as many as it expects', async () => {
    await lantern.send(resourceSpans('users', at(5, 3, 2, server)));
    expect(await ask(5, `parent=${spanId(2)}`)).toMatchObject({ complete: true });
    expect((await ask(5, `parent=${spanId(2)}&roots=2&timeout=60ms`)).reasons).toEqual([
      { kind: 'root', message: '1 of 2 root spans has not arrived: it is sent when it ends.' },
    ]);
  });

  it('waits for a service that has answered the same caller at the same address before, and names it', async () => {
    await sendCall(10);
    // Nobody is known at this address yet.
    expect(await ask(10)).toMatchObject({ complete: true });

    await sendCall(11);
    await lantern.send(resourceSpans('users', at(11, 3, 2, server)));
    expect(await ask(11)).toMatchObject({ complete: true, spanCount: 3 });

    await sendCall(12);
    const { complete, reasons } = await ask(12, 'timeout=60ms');
    expect({ complete, reasons }).toEqual({
      complete: false,
      reasons: [
        {
          kind: 'peer',
          message: expect.stringMatching(
            /^orders → users at 127\.0\.0\.1:8001: client span "GET" \(0000000000000002\) has no server span; the last span that users has sent ended \d+\.\d s ago\.$/,
          ),
          service: 'users',
          spanId: '0000000000000002',
          lastSentMsAgo: expect.any(Number),
        },
      ],
    });
    const waiting = ask(12);
    await lantern.send(resourceSpans('users', at(12, 3, 2, server)));
    expect(await waiting).toMatchObject({ complete: true, spanCount: 3 });
  });

  it('waits for a service whose first answer arrived after the first wait had ended', async () => {
    const call = (trace: number) =>
      lantern.send(
        resourceSpans(
          'shelf',
          at(trace, 1, undefined, server),
          at(trace, 2, 1, client, {
            attributes: attributes({ 'server.address': '127.0.0.1', 'server.port': 8009n }),
          }),
        ),
      );
    await call(15);
    expect(await ask(15)).toMatchObject({ complete: true, spanCount: 2 });
    await lantern.send(resourceSpans('depot', at(15, 3, 2, server)));
    await call(16);
    expect((await ask(16, 'timeout=60ms')).reasons).toMatchObject([{ kind: 'peer', service: 'depot' }]);
  });

  it('finds an answered call among the stored traces of a Lantern that has just started', async () => {
    const other = new RunningLantern({});
    await other.start();
    await other.send(
      resourceSpans('orders', at(1, 1, undefined, server), at(1, 2, 1, client, CALLS_USERS)),
      resourceSpans('users', at(1, 3, 2, server)),
    );
    await other.send(resourceSpans('orders', at(2, 1, undefined, server), at(2, 2, 1, client, CALLS_USERS)));
    expect((await ask(2, 'timeout=60ms', other)).reasons).toMatchObject([{ kind: 'peer', service: 'users' }]);
    await other.stop();
  });

  it('waits for a service that the caller knows to be instrumented', async () => {
    const call = (id: number, host: string) =>
      lantern.send(
        resourceSpans(
          'gateway',
          at(id, 1, undefined, server),
          at(id, 2, 1, client, { attributes: attributes({ 'server.address': host, 'server.port': 80n }) }),
        ),
      );
    await call(20, 'stock');
    expect((await ask(20, 'instrumented=stock&timeout=60ms')).reasons).toMatchObject([
      { kind: 'peer', message: expect.stringContaining('stock:80 has never sent a span') },
    ]);
    await call(21, 'mail');
    expect((await ask(21, 'instrumented=x&instrumented=mail:80&timeout=60ms')).complete).toBe(false);
  });

  it('answers as soon as the span of `until=span` has arrived, or says what it waited for', async () => {
    const waiting = ask(30, 'until=span&service=orders&span=total');
    await lantern.send(resourceSpans('orders', at(30, 1, undefined, server)));
    await lantern.send(resourceSpans('orders', at(30, 2, 1, SpanKind.internal, { name: 'total' })));
    expect(await waiting).toMatchObject({ complete: true, spanCount: 2 });
    expect((await ask(30, 'until=span&service=nobody&span=total&timeout=10ms')).reasons).toEqual([
      {
        kind: 'span',
        message: 'No span "total" of nobody has arrived; nobody has never sent a span.',
        service: 'nobody',
      },
    ]);
  });

  it('answers with `until=quiet` once nothing has arrived, whatever is missing', async () => {
    await lantern.send(resourceSpans('users', at(40, 3, 2, server)));
    expect(await ask(40, 'until=quiet&settle=20ms')).toMatchObject({ complete: true, spanCount: 1 });
  });

  it.each([
    ['until=soon', 'malformed parameter until: expected one of complete, span, quiet, received: soon'],
    ['timeout=2m', 'malformed parameter timeout: expected a duration from 0 to 60s, received: 2m'],
    ['settle=2s&timeout=1s', 'settle must not be longer than timeout'],
    ['parent=xyz', 'malformed parameter parent: expected a span ID of 16 hex digits, received: xyz'],
    ['roots=0', 'malformed parameter roots: expected a number from 1 to 1000, received: 0'],
    ['until=span', 'until=span needs the parameter service or span'],
  ])('rejects %s', async (query, message) => {
    const { status, text } = await lantern.jaeger(`/api/v3/lantern/traces/${traceId(1)}/wait?${query}`);
    expect([status, JSON.parse(text)]).toEqual([400, { error: { httpCode: 400, message } }]);
  });

  it('answers every waiting request when Lantern stops', async () => {
    const stopping = new RunningLantern({});
    await stopping.start();
    const waiting = ask(1, 'timeout=60s', stopping);
    // Both requests share the connection pool: once this is answered, the other one waits.
    await ask(2, 'timeout=20ms&settle=0s', stopping);
    await stopping.stop();
    expect((await waiting).reasons).toMatchObject([{ kind: 'closing' }]);
  });
});
