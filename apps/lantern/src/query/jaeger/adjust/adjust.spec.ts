import { describe, expect, it } from '@jest/globals';
import {
  warningsOf,
  NO_SPAN_ID,
  NO_TRACE_ID,
  SpanKind,
  spansOf,
  type ResourceSpans,
  type Span,
} from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  resource,
  resourceSpans,
  scope,
  span,
  spanId,
  trace,
  traceId,
} from '@lantern/telemetry-model/testing';
import { adjustBy } from './adjust.js';

const adjust = adjustBy({ maxClockSkewNano: 0n });

const adjustedSpans = (groups: readonly ResourceSpans[], maxClockSkewNano = 0n): Span[] =>
  Array.from(spansOf(adjustBy({ maxClockSkewNano })(trace(...groups)).resourceSpans), (one) => one.span);

const adjusted = (fields: Partial<Span>): Span | undefined =>
  adjustedSpans([resourceSpans('web', span(fields))])[0];

const link = (target: Pick<Span, 'traceId' | 'spanId'>) => ({
  ...target,
  traceState: '',
  attributes: attributes({ z: 1n, a: 2n }),
  droppedAttributesCount: 0,
  flags: 0,
});

const event = (name: string, at: bigint) => ({
  name,
  timeUnixNano: T0 + at,
  attributes: attributes({ z: 1n, a: 2n }),
  droppedAttributesCount: 0,
});

describe('what a reader gets', () => {
  it('returns the same spans when nothing has to change', () => {
    const { resourceSpans: groups } = trace(resourceSpans('web', span({ events: [] })));
    expect(adjust(trace(...groups)).resourceSpans).toEqual(groups);
    expect(adjust(trace(...groups)).resourceSpans[0]).toBe(groups[0]);
  });

  it('does not touch the trace that it was made from', () => {
    const original = trace(resourceSpans('web', span({ attributes: attributes({ b: 1n, a: 2n }) })));
    adjust(original);
    expect(original.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.attributes).toEqual(
      attributes({ b: 1n, a: 2n }),
    );
  });
});

describe('span ids that client and server share', () => {
  /** As Zipkin's libraries send them. */
  const shared = [
    resourceSpans('web', span({ spanId: spanId(2), parentSpanId: spanId(1), kind: SpanKind.client })),
    resourceSpans(
      'orders',
      span({ spanId: spanId(2), parentSpanId: spanId(1), kind: SpanKind.server }),
      span({ spanId: spanId(5), parentSpanId: spanId(2), kind: SpanKind.internal }),
    ),
  ];

  it('become two: the server half is called by the client half, and has its children', () => {
    expect(
      adjustedSpans(shared).map(({ kind, spanId: id, parentSpanId }) => [kind, id, parentSpanId]),
    ).toEqual([
      [SpanKind.client, spanId(2), spanId(1)],
      [SpanKind.server, spanId(1), spanId(2)],
      [SpanKind.internal, spanId(5), spanId(1)],
    ]);
  });

  it('stay when no client has them', () => {
    const servers = [
      resourceSpans('a', span({ spanId: spanId(2), name: 'one' })),
      resourceSpans('b', span({ spanId: spanId(2), name: 'other' })),
    ];
    expect(adjustedSpans(servers).map(({ spanId: id }) => id)).toEqual([spanId(2), spanId(2)]);
  });
});

describe('collections', () => {
  it('are sorted: attributes by key wherever there are some, and events by time', () => {
    const result = adjusted({
      attributes: attributes({ b: 1n, c: 2n, a: 3n }),
      events: [event('a later one', 5n), event('b sooner', 1n), event('c as soon', 1n)],
      links: [link({ traceId: traceId(2), spanId: spanId(2) })],
    });
    expect(result?.attributes).toEqual(attributes({ a: 3n, b: 1n, c: 2n }));
    expect(result?.events.map(({ name }) => name)).toEqual(['b sooner', 'c as soon', 'a later one']);
    expect(result?.events[0]?.attributes).toEqual(attributes({ a: 2n, z: 1n }));
    expect(result?.links[0]?.attributes).toEqual(attributes({ a: 2n, z: 1n }));

    const group: ResourceSpans = {
      resource: resource('web', { a: 1n }),
      schemaUrl: '',
      scopeSpans: [
        {
          scope: { ...scope('lib'), attributes: attributes({ z: 1n, a: 2n }) },
          schemaUrl: '',
          spans: [span()],
        },
      ],
    };
    const [sorted] = adjust(trace(group)).resourceSpans;
    expect(sorted?.resource.attributes).toEqual(attributes({ a: 1n, 'service.name': 'web' }));
    expect(sorted?.scopeSpans[0]?.scope.attributes).toEqual(attributes({ a: 2n, z: 1n }));
  });
});

describe('spans that are there twice', () => {
  it('are shown once, also when only the order of their attributes differs', () => {
    const once = span({ attributes: attributes({ a: 1n, b: 2n }) });
    const again = span({ attributes: attributes({ b: 2n, a: 1n }) });
    expect(adjustedSpans([resourceSpans('web', once, again), resourceSpans('web', once)])).toEqual([once]);
  });

  it('are both shown when anything else about them differs, with a warning on the second', () => {
    const texts = adjustedSpans([
      resourceSpans('web', span(), span({ name: 'another' })),
      resourceSpans('other', span()),
    ]).map(warningsOf);
    const warning = ['duplicate span IDs; skipping clock skew adjustment'];
    expect(texts).toEqual([[], warning, warning]);
  });
});

describe('clock skew', () => {
  const on = (host: string) => resource(host, { 'host.name': host });
  const parent = span({ endUnixNano: T0 + millis(100) });
  const child = (start: number, end: number, fields: Partial<Span> = {}) =>
    span({
      spanId: spanId(2),
      parentSpanId: spanId(1),
      startUnixNano: T0 + millis(start),
      endUnixNano: T0 + millis(end),
      ...fields,
    });
  const startsIn = (spans: readonly Span[]) => spans.map((one) => Number(one.startUnixNano - T0) / 1e6);

  it('is only reported by default', () => {
    const spans = adjustedSpans([resourceSpans(on('a'), parent), resourceSpans(on('b'), child(-10, 40))]);
    expect(startsIn(spans)).toEqual([0, -10]);
    expect(spans.map(warningsOf)).toEqual([
      [],
      ['clock skew adjustment disabled; not applying calculated delta of 35ms'],
    ]);
  });

  it('within the limit puts the call in the middle of its caller, with its events and all below it', () => {
    const grandchild = child(0, 5, { spanId: spanId(3), parentSpanId: spanId(2) });
    const spans = adjustedSpans(
      [
        resourceSpans(on('a'), parent),
        resourceSpans(on('b'), child(-10, 40, { events: [event('e', 0n)] }), grandchild),
      ],
      millis(35),
    );
    expect(startsIn(spans)).toEqual([0, 25, 35]);
    expect(spans[1]?.endUnixNano).toBe(T0 + millis(75));
    expect(spans[1]?.events[0]?.timeUnixNano).toBe(T0 + millis(35));
    expect(spans.map(warningsOf)).toEqual([
      [],
      ["This span's timestamps were adjusted by 35ms"],
      ["This span's timestamps were adjusted by 35ms"],
    ]);
  });

  it('beyond the limit is not applied, and the span gets a warning', () => {
    const spans = adjustedSpans(
      [resourceSpans(on('a'), parent), resourceSpans(on('b'), child(-10, 40))],
      millis(10),
    );
    expect(startsIn(spans)).toEqual([0, -10]);
    expect(spans.flatMap(warningsOf)).toEqual([
      'max clock skew adjustment delta of 10ms exceeded; not applying calculated delta of 35ms',
    ]);
  });

  it.each([
    ['that fits into its caller stays', 10, 60, 10],
    ['that outlasts its caller is only kept from starting sooner', -50, 100, 0],
    ['that outlasts its caller and starts later stays', 50, 200, 50],
    ['that lies after its caller moves back', 200, 220, 40],
  ])('of a call %s', (_case, start, end, expected) => {
    const spans = adjustedSpans(
      [resourceSpans(on('a'), parent), resourceSpans(on('b'), child(start, end))],
      millis(3_600_000),
    );
    expect(startsIn(spans)).toEqual([0, expected]);
  });

  it('is not looked for between spans of one host, known by its id, first address or name', () => {
    const hosts: Record<string, string | string[]>[] = [
      { 'host.id': 'x' },
      { 'host.ip': ['10.0.0.1', '::1'] },
      { 'host.ip': '10.0.0.1' },
    ];
    for (const host of hosts) {
      const spans = adjustedSpans([
        resourceSpans(resource('a', { ...host, 'host.name': 'one' }), parent),
        resourceSpans(resource('b', { ...host, 'host.name': 'two' }), child(-10, 40)),
      ]);
      expect(spans.flatMap(warningsOf)).toEqual([]);
    }
  });

  it('is calculated also between spans without a host', () => {
    const spans = adjustedSpans([resourceSpans('a', parent, child(-10, 40))]);
    expect(spans.flatMap(warningsOf)).toHaveLength(1);
  });

  it('cannot be known without the caller', () => {
    const spans = adjustedSpans([resourceSpans('a', child(0, 1, { parentSpanId: spanId(0xab) }))]);
    expect(spans.flatMap(warningsOf)).toEqual([
      'parent span ID=00000000000000ab is not in the trace; skipping clock skew adjustment',
    ]);
  });

  it('does not mind circles of parents, nor traces deeper than the stack', () => {
    const circle = [1, 2].map((n) => span({ spanId: spanId(n), parentSpanId: spanId(3 - n) }));
    expect(adjustedSpans([resourceSpans('a', ...circle)])).toEqual(circle);
    const chain = Array.from({ length: 20_000 }, (_, n) =>
      span({ spanId: spanId(n + 1), parentSpanId: n === 0 ? undefined : spanId(n) }),
    );
    expect(adjustedSpans([resourceSpans('a', ...chain)])).toEqual(chain);
  });
});

describe('addresses written as numbers', () => {
  it.each([
    [134_744_072n, '8.8.8.8'],
    [3_232_235_777, '192.168.1.1'],
    [-1n, '255.255.255.255'],
    ['10.0.0.1', '10.0.0.1'],
  ])('%s reads %s', (value, text) => {
    expect(adjusted({ attributes: attributes({ ip: value, 'peer.ipv4': value }) })?.attributes).toEqual(
      attributes({ ip: text, 'peer.ipv4': text }),
    );
    const [group] = adjust(trace(resourceSpans(resource('web', { ip: value }), span()))).resourceSpans;
    expect(group?.resource.attributes).toEqual(attributes({ ip: text, 'service.name': 'web' }));
  });

  it('are addresses only under the names that mean one', () => {
    const ports = attributes({ 'peer.port': 8080n });
    expect(adjusted({ attributes: ports })?.attributes).toEqual(ports);
  });
});

describe('attributes that name the instrumentation library', () => {
  it('moves to the resource, where another value stays at the span with a warning', () => {
    const result = adjust(
      trace(
        resourceSpans(
          resource('web', { 'telemetry.sdk.name': 'opentelemetry' }),
          span({
            attributes: attributes({
              'telemetry.sdk.language': 'go',
              'telemetry.sdk.name': 'opentelemetry',
              z: 1n,
            }),
          }),
          span({ spanId: spanId(2), attributes: attributes({ 'telemetry.sdk.language': 'java' }) }),
        ),
      ),
    ).resourceSpans[0];
    expect(result?.resource.attributes).toEqual(
      attributes({
        'service.name': 'web',
        'telemetry.sdk.name': 'opentelemetry',
        'telemetry.sdk.language': 'go',
      }),
    );
    expect(result?.scopeSpans[0]?.spans.map((one) => one.attributes)).toEqual([
      attributes({ z: 1n }),
      attributes({
        'telemetry.sdk.language': 'java',
        '@jaeger@warnings': [
          'conflicting values between Span and Resource for attribute telemetry.sdk.language',
        ],
      }),
    ]);
  });
});

describe('links that point nowhere', () => {
  it('are removed, with a warning', () => {
    const result = adjusted({
      links: [
        link({ traceId: NO_TRACE_ID, spanId: NO_SPAN_ID }),
        link({ traceId: traceId(2), spanId: spanId(2) }),
      ],
    });
    expect(result?.links.map((kept) => kept.traceId)).toEqual([traceId(2)]);
    expect(result?.attributes).toEqual(attributes({ '@jaeger@warnings': ['Invalid span link removed'] }));
  });
});
