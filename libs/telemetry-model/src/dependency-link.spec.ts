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

  it('are the calls between the services of the shop', () => {
    expect(linksOfGroups(orderTrace().resourceSpans)).toEqual([
      link('api-gateway', 'order-service'),
      link('order-service', 'user-service'),
    ]);
  });

  it('do not depend on the order of the spans', () => {
    expect(linksOf(['stock', 3, 2], ['orders', 2, 1], ['web', 1, undefined])).toEqual(
      linksOf(['web', 1, undefined], ['orders', 2, 1], ['stock', 3, 2]),
    );
  });

  it('count every called span', () => {
    expect(linksOf(['web', 1, undefined], ['orders', 2, 1], ['orders', 3, 1], ['orders', 4, 1])).toEqual([
      link('web', 'orders', 3),
    ]);
  });

  it('count a duplicate span once', () => {
    expect(linksOf(['web', 1, undefined], ['orders', 2, 1], ['orders', 2, 1])).toEqual([
      link('web', 'orders'),
    ]);
  });

  it('count a call as an error when the called span has status ERROR', () => {
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

  it('do not contain calls within one service', () => {
    expect(linksOf(['web', 1, undefined], ['web', 2, 1], ['web', 3, 2])).toEqual([]);
  });

  it('do not contain a span without its parent in the trace, because the caller is unknown', () => {
    expect(linksOf(['orders', 2, 99], ['stock', 3, 2])).toEqual([link('orders', 'stock')]);
  });

  it('are empty for spans that are their own ancestors', () => {
    expect(linksOf(['web', 1, 2], ['orders', 2, 1], ['stock', 3, 3])).toEqual([
      link('orders', 'web'),
      link('web', 'orders'),
    ]);
  });

  it('use the default name for a resource without a service name', () => {
    const nameless = resourceSpans(
      { attributes: [], droppedAttributesCount: 0 },
      span({ spanId: spanId(2), parentSpanId: spanId(1) }),
    );
    expect(linksOfGroups([resourceSpans('web', span()), nameless])).toEqual([
      link('web', 'missing-service-name'),
    ]);
  });

  describe('of a call whose client and server span share an id, as Zipkin libraries send them,', () => {
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

    it('treat spans in the service of the client half as its own', () => {
      expect(
        linksOf(['web', 2, undefined, client], ['orders', 2, undefined, server], ['web', 3, 2, internal]),
      ).toEqual([link('web', 'orders')]);
    });

    it('use the parent when the client half is missing', () => {
      expect(linksOf(['web', 1, undefined, server], ['orders', 2, 1, server])).toEqual([
        link('web', 'orders'),
      ]);
    });
  });
});
