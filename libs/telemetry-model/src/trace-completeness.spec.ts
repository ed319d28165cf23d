import { describe, expect, it } from '@jest/globals';
import type { AnyValue } from './attributes.js';
import { peersOf } from './service-peer.js';
import { SpanKind, StatusCode, type Span } from './span.js';
import { attributes, resourceSpans, span, spanId, trace } from './testing/index.js';
import type { ResourceSpans } from './trace.js';
import { answeredCalls, traceGaps, type CompletenessRules, type TraceGap } from './trace-completeness.js';

const { client, server, internal, producer, consumer } = SpanKind;

const at = (id: number, parent: number | undefined, kind: SpanKind, more: Partial<Span> = {}): Span =>
  span({
    spanId: spanId(id),
    parentSpanId: parent === undefined ? undefined : spanId(parent),
    kind,
    ...more,
  });

const calling = (values: Readonly<Record<string, AnyValue>>): Partial<Span> => ({
  attributes: attributes(values),
});
const USERS = calling({ 'server.address': '127.0.0.1', 'server.port': 8001n });

const KNOWN: CompletenessRules = {
  instrumentedService: (_caller, peers) => (peers.includes('127.0.0.1:8001') ? 'users' : undefined),
};

/** Gaps as text: kind, service and ID of the span that proves it. */
const gapsOf = (groups: readonly ResourceSpans[], rules: CompletenessRules = KNOWN): string[] =>
  traceGaps(groups.length === 0 ? undefined : trace(...groups), rules).map(textOf);

const textOf = (gap: TraceGap): string =>
  gap.kind === 'root'
    ? `root ${gap.endedRoots}/${gap.roots}`
    : `${gap.kind} of ${gap.service} ${Number(`0x${gap.span.spanId}`)}${gap.kind === 'peer' ? ` → ${gap.peer}` : ''}`;

describe('the gaps of a trace', () => {
  it('are none when the root has ended, all parents are there and the called service has answered', () => {
    const gateway = resourceSpans('gateway', at(1, undefined, server), at(2, 1, client, USERS));
    expect(gapsOf([gateway, resourceSpans('users', at(3, 2, server))])).toEqual([]);
  });

  it('name the root of a trace without spans', () => {
    expect(gapsOf([])).toEqual(['root 0/1']);
  });

  it('name a root that has not ended, and each span without its parent', () => {
    expect(gapsOf([resourceSpans('users', at(3, 2, server), at(4, 3, internal))])).toEqual([
      'root 0/1',
      'parent of users 3',
    ]);
    expect(gapsOf([resourceSpans('users', at(1, undefined, server, { endUnixNano: 0n }))])).toEqual([
      'root 0/1',
    ]);
  });

  it('count spans below the known parent outside of the trace as roots', () => {
    const groups: readonly ResourceSpans[] = [resourceSpans('users', at(3, 2, server))];
    expect(gapsOf(groups, { ...KNOWN, parentSpanId: spanId(2) })).toEqual([]);
    expect(gapsOf(groups, { ...KNOWN, parentSpanId: spanId(2), roots: 2 })).toEqual(['root 1/2']);
  });

  it('name a call of an instrumented service without its server span, and of no other service', () => {
    const other = calling({ 'server.address': 'api.example.com' });
    const gateway = resourceSpans(
      'gateway',
      at(1, undefined, server),
      at(2, 1, client, USERS),
      at(3, 1, client, other),
    );
    expect(gapsOf([gateway])).toEqual(['peer of gateway 2 → users']);
  });

  it('expect the consumer of a message the same way', () => {
    const message = calling({ 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' });
    const rules = { instrumentedService: (_: string, [peer]: readonly string[]) => peer };
    const gateway = resourceSpans('gateway', at(1, undefined, server), at(2, 1, producer, message));
    expect(gapsOf([gateway], rules)).toEqual(['peer of gateway 2 → kafka/orders']);
    expect(gapsOf([gateway, resourceSpans('mailer', at(3, 2, consumer))], rules)).toEqual([]);
  });

  it('expect nothing of a call that failed without a response', () => {
    const failed: Partial<Span> = { ...USERS, status: { code: StatusCode.error, message: 'ECONNREFUSED' } };
    const answered: Partial<Span> = {
      ...failed,
      attributes: [...(USERS.attributes ?? []), ...attributes({ 'http.response.status_code': 500n })],
    };
    const root = at(1, undefined, server);
    expect(gapsOf([resourceSpans('gateway', root, at(2, 1, client, failed))])).toEqual([]);
    expect(gapsOf([resourceSpans('gateway', root, at(2, 1, client, answered))])).toEqual([
      'peer of gateway 2 → users',
    ]);
  });

  it('expect the server span below the inner one of two nested client spans', () => {
    const groups = resourceSpans(
      'gateway',
      at(1, undefined, server),
      at(2, 1, client, USERS),
      at(3, 2, client, USERS),
    );
    expect(gapsOf([groups])).toEqual(['peer of gateway 3 → users']);
    expect(gapsOf([groups, resourceSpans('users', at(4, 3, server))])).toEqual([]);
  });

  it('accept a server span that shares the ID of its client span', () => {
    const groups = resourceSpans('gateway', at(1, undefined, server), at(2, 1, client, USERS));
    expect(gapsOf([groups, resourceSpans('users', at(2, 1, server))])).toEqual([]);
  });
});

describe('the answered calls of a trace', () => {
  it('show which service answers to a name', () => {
    const gateway = resourceSpans('gateway', at(1, undefined, server), at(2, 1, client, USERS));
    expect(answeredCalls(trace(gateway, resourceSpans('users', at(3, 2, server))))).toEqual([
      { caller: 'gateway', peers: ['127.0.0.1:8001'], service: 'users' },
    ]);
  });
});

describe('the peers of a span', () => {
  it.each([
    [{ 'server.address': 'users', 'server.port': 8001n }, ['users:8001']],
    [{ 'server.address': 'users' }, ['users']],
    [{ 'net.peer.name': 'users', 'net.peer.port': 80n }, ['users:80']],
    [{ 'peer.service': 'users', 'url.full': 'http://10.0.0.1:8001/users/1' }, ['users', '10.0.0.1:8001']],
    [{ 'messaging.destination.name': 'orders' }, ['messaging/orders']],
    [{ 'url.full': 'not a URL' }, []],
    [{}, []],
  ])('come from %o', (values: Readonly<Record<string, AnyValue>>, peers) => {
    expect(peersOf({ attributes: attributes(values) })).toEqual(peers);
  });
});
