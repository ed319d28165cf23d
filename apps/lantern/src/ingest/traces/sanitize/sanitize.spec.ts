import { describe, expect, it } from '@jest/globals';
import { checkTraceRequest, decodeTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import { spansOf, type Resource, type ResourceSpans, type Span } from '@lantern/telemetry-model';
import { T0, attributes, millis, resource, resourceSpans, span } from '@lantern/telemetry-model/testing';
import { anyResourceSpans } from '@lantern/telemetry-model/testing/arbitraries';
import fc from 'fast-check';
import { isSound, sanitize } from './sanitize.js';

const only = (groups: readonly ResourceSpans[]): Span => {
  const [first] = Array.from(spansOf(groups));
  if (!first) throw new Error('no span');
  return first.span;
};

const nameless = (values: Parameters<typeof attributes>[0]): Resource => ({
  ...resource('x'),
  attributes: attributes(values),
});

describe('a request that is sound', () => {
  /** Decodes and sanitizes the request, to compare with. */
  const isKeptAsItCame = (request: Uint8Array): boolean => {
    const { resourceSpans: all, rejected, invalidTexts } = decodeTraceRequest(request);
    // A resource without scopes has no spans, so there is nothing to repair.
    const groups = all.filter(({ scopeSpans }) => scopeSpans.length > 0);
    return rejected.count === 0 && invalidTexts === 0 && sanitize(groups) === groups;
  };

  const soundness = (request: Uint8Array): boolean => isSound(checkTraceRequest(request));

  it('is recognized without decoding exactly when sanitizing would change nothing', () => {
    const count = { sound: 0, other: 0 };
    const named = anyResourceSpans.map((groups) =>
      groups.map((group) => ({ ...group, resource: resource('web') })),
    );
    fc.assert(
      fc.property(fc.oneof(anyResourceSpans, named), (groups) => {
        const request = encodeTraceRequest(groups);
        const isExpected = isKeptAsItCame(request);
        expect(soundness(request)).toBe(isExpected);
        count[isExpected ? 'sound' : 'other']++;
      }),
      { numRuns: 300 },
    );
    expect(Math.min(count.sound, count.other)).toBeGreaterThan(10);
  });

  it('is told from a request whose damaged bytes need a repair', () => {
    const whole = encodeTraceRequest([
      resourceSpans('größer', span({ name: 'müde', attributes: attributes({ ort: 'köln', zahl: 300n }) })),
    ]);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const request = Uint8Array.from(whole, (value, index) => (index === at ? byte : value));
        let isExpected: boolean;
        try {
          isExpected = isKeptAsItCame(request);
        } catch {
          expect(() => soundness(request)).toThrow('Malformed OTLP');
          return;
        }
        expect(soundness(request)).toBe(isExpected);
      }),
      { numRuns: 500 },
    );
  });
});

describe('sanitize', () => {
  it('returns the same groups when no span needs a repair', () => {
    const groups = [resourceSpans('web', span()), resourceSpans('db', span({ endUnixNano: T0 }))];
    expect(sanitize(groups)).toBe(groups);
  });

  it.each([
    ['none', {}, 'missing-service-name'],
    ['an attribute without a value', { 'service.name': null }, 'missing-service-name'],
    ['an empty one', { 'service.name': '' }, 'empty-service-name'],
    ['a number', { 'service.name': 7n }, 'service-name-wrong-type'],
    ['a list', { 'service.name': ['web'] }, 'service-name-wrong-type'],
  ])('names a service that sends %s as service.name', (_case, values, name) => {
    const [group] = sanitize([resourceSpans(nameless({ ...values, 'host.name': 'h' }), span())]);
    expect(group?.resource.attributes).toEqual(attributes({ 'service.name': name, 'host.name': 'h' }));
  });

  it('names a span without a name', () => {
    expect(only(sanitize([resourceSpans('web', span({ name: '' }))])).name).toBe('empty-span-name');
  });

  it('moves the end of a span that ends before it starts, and adds a warning with the original end', () => {
    const before = span({ startUnixNano: T0, endUnixNano: T0 - millis(5) });
    expect(only(sanitize([resourceSpans('web', before)]))).toEqual({
      ...before,
      endUnixNano: T0 + 1n,
      attributes: attributes({
        '@jaeger@warnings': [
          'Negative duration detected, sanitizing end timestamp. ' +
            'Original end timestamp: 2025-12-31T23:59:59.995000000Z',
        ],
      }),
    });
  });

  it('does not change a span of zero duration', () => {
    const instant = [resourceSpans('web', span({ startUnixNano: T0, endUnixNano: T0 }))];
    expect(sanitize(instant)).toBe(instant);
  });

  it('does not change the other spans of a repaired request', () => {
    const good = span({ name: 'good' });
    const [group] = sanitize([resourceSpans('web', good, span({ name: '' }))]);
    expect(group?.scopeSpans[0]?.spans[0]).toBe(good);
  });
});
