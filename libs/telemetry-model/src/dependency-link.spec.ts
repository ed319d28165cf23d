import { describe, expect, it } from '@jest/globals';
import { DependencyLinker, serviceCalls, type DependencyLink } from './dependency-link.js';
import { SpanKind, StatusCode, type Span } from './span.js';
import { orderTrace, resourceSpans, span, spanId } from './testing/index.js';
import { spansOf, type ResourceSpans } from './trace.js';

const { client, server, internal } = SpanKind;

/** `[service, id, parent, kind]` */
type Line = readonly [
  service: string,
  id: number,
  parent: number | undefined,
  kind?: SpanKind,
  more?: Partial<Span>,
];

const linksOf = (...lines: readonly Line[]): DependencyLink[] =>
  linksOfGroups(
    lines.map(([service, id, parent, kind = internal, more = {}]) =>
      resourceSpans(
        service,
        span({
          spanId: spanId(id),
          parentSpanId: parent === undefined ? undefined : spanId(parent),
          kind,
          ...more,
        }),
      ),
    ),
  );

const linksOfGroups = (groups: readonly ResourceSpans[]): DependencyLink[] => {
  const linker = new DependencyLinker();
  for (const call of serviceCalls(spansOf(groups))) linker.add(call);
  return linker.sortedLinks();
};

const link = (parent: string, child: string, callCount = 1, errorCount = 0): DependencyLink => ({
  parent,
  child,
  callCount,
  errorCount,
});

describe('dependency links', () => {
  it('lead from the service of a span to the services of its children', () => {
    expect(linksOf(['web', 1, undefined], ['orders', 2, 1], ['stock', 3, 2])).toEqual([
      link('orders', 'stock'),
      link('web', 'orders'),
    ]);
  });

  it('are those of the shop', () => {
    expect(linksOfGroups(orderTrace().resourceSpans)).toEqual([
      link('api-gateway', 'order-service'),
      link('order-service', 'user-service'),
    ]);
  });

  it('do not care in which order the spans arrive', () => {
    expect(linksOf(['stock', 3, 2], ['orders', 2, 1], ['web', 1, undefined])).toEqual(
      linksOf(['web', 1, undefined], ['orders', 2, 1], ['stock', 3, 2]),
    );
  });

  it('count every called span', () => {
    expect(linksOf(['web', 1, undefined], ['orders', 2, 1], ['orders', 3, 1], ['orders', 4, 1])).toEqual([
      link('web', 'orders', 3),
    ]);
  });

  it('count a span that arrived twice once', () => {
    expect(linksOf(['web', 1, undefined], ['orders', 2, 1], ['orders', 2, 1])).toEqual([
      link('web', 'orders'),
    ]);
  });

  it('count as errors the calls that ended so on the called side', () => {
    const error = { status: { code: StatusCode.error, message: '' } };
    expect(
      linksOf(
        ['web', 1, undefined, client, error],
        ['orders', 2, 1, server, error],
        ['orders', 3, 1, server],
        ['stock', 4, 3, server],
      ),
    ).toEqual([link('orders', 'stock'), link('web', 'orders', 2, 1)]);
  });

  it('leave out work within one service', () => {
    expect(linksOf(['web', 1, undefined], ['web', 2, 1], ['web', 3, 2])).toEqual([]);
  });

  it('leave out a span whose parent is not in the trace, because its caller is unknown', () => {
    expect(linksOf(['orders', 2, 99], ['stock', 3, 2])).toEqual([link('orders', 'stock')]);
  });

  it('survive spans that are their own ancestors', () => {
    expect(linksOf(['web', 1, 2], ['orders', 2, 1], ['stock', 3, 3])).toEqual([
      link('orders', 'web'),
      link('web', 'orders'),
    ]);
  });

  it('name a resource without a name as every query does', () => {
    const nameless = resourceSpans(
      { attributes: [], droppedAttributesCount: 0 },
      span({ spanId: spanId(2), parentSpanId: spanId(1) }),
    );
    expect(linksOfGroups([resourceSpans('web', span()), nameless])).toEqual([
      link('web', 'missing-service-name'),
    ]);
  });

  describe('when the two ends of a call share a span id, as Zipkin libraries let them', () => {
    it('lead from the client half to the server half', () => {
      expect(linksOf(['web', 1, undefined, server], ['web', 2, 1, client], ['orders', 2, 1, server])).toEqual(
        [link('web', 'orders')],
      );
    });

    it('lead from the server half to what it called', () => {
      expect(
        linksOf(['web', 2, undefined, client], ['orders', 2, undefined, server], ['stock', 3, 2, server]),
      ).toEqual([link('orders', 'stock'), link('web', 'orders')]);
    });

    it('take what runs in the service of the client half for its own', () => {
      expect(
        linksOf(['web', 2, undefined, client], ['orders', 2, undefined, server], ['web', 3, 2, internal]),
      ).toEqual([link('web', 'orders')]);
    });

    it('fall back to the parent when the client half was never reported', () => {
      expect(linksOf(['web', 1, undefined, server], ['orders', 2, 1, server])).toEqual([
        link('web', 'orders'),
      ]);
    });
  });
});
