import type { ResourceSpans, Trace } from '@lantern/telemetry-model';
import { T0, attributes, resource, scope, spanId, trace, traceId } from '@lantern/telemetry-model/testing';
import { anySpan } from '@lantern/telemetry-model/testing/arbitraries';
import fc from 'fast-check';

/** Calls of spans before, of themselves, of others that may be there or not; and times as clocks of several hosts tell them, some a little off. */
export const anyTrace: fc.Arbitrary<Trace> = fc
  .array(
    fc.record({
      service: fc.constantFrom('web', 'orders'),
      host: fc.constantFrom('a', 'b', ''),
      scope: fc.constantFrom(scope(), scope('shop', '1')),
      spans: fc.array(
        fc.record({
          any: anySpan,
          isPlain: fc.constantFrom(true, true, true, false),
          parent: fc.option(fc.nat(12), { nil: undefined }),
          start: fc.integer({ min: 0, max: 2_000 }),
          duration: fc.integer({ min: 0, max: 1_500 }),
          common: fc.subarray(
            attributes({ 'user.id': 'u-1', ip: 134_744_072n, 'peer.ipv4': 1, 'http.route': '/', a: 3n }),
          ),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    { minLength: 2, maxLength: 4 },
  )
  .map((groups) => {
    let n = 0;
    return trace(
      ...groups.map((group): ResourceSpans => ({
        resource: resource(group.service, group.host === '' ? {} : { 'host.name': group.host, ip: 1n }),
        schemaUrl: '',
        scopeSpans: [
          {
            scope: group.scope,
            schemaUrl: '',
            spans: group.spans.map(({ any, isPlain, parent, start, duration, common }) => ({
              ...any,
              traceId: traceId(1),
              spanId: spanId(++n),
              parentSpanId:
                parent === undefined ? undefined : spanId(parent < 10 ? 1 + (parent % n) : parent),
              attributes: [...any.attributes, ...common],
              ...(isPlain && {
                events: [],
                links: [],
                traceState: '',
                startUnixNano: T0 + BigInt(start),
                endUnixNano: T0 + BigInt(start + duration),
              }),
            })),
          },
        ],
      })),
    );
  });
