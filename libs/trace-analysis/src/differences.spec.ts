import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { attributeDifferences, type AttributePair, type CohortTrace } from './differences.js';
import { randomFrom } from './testing/program.js';

/** Returns traces with the attributes that `attributesOf` gives each. */
const cohort = (
  count: number,
  attributesOf: (i: number) => Record<string, string>,
  isInside: (i: number) => boolean,
) => {
  const places = new Map<string, number>();
  const pairs: AttributePair[] = [];
  const traces = Array.from({ length: count }, (_, i): CohortTrace => {
    const attributes = Object.entries(attributesOf(i)).map(([key, value]) => {
      const name = `${key}=${value}`;
      let place = places.get(name);
      if (place === undefined) places.set(name, (place = pairs.push({ key, value }) - 1));
      return place;
    });
    return { isInside: isInside(i), attributes };
  });
  return attributeDifferences(traces, pairs, 10);
};

describe('differences of attributes', () => {
  it('rank the key whose values differ most first, with the counts of both sides', () => {
    const differences = cohort(
      200,
      (i) => ({
        product: i < 40 ? 'phone' : 'laptop',
        region: i % 2 === 0 || i < 30 ? 'eu' : 'us',
        id: String(i),
        version: '1.4.0',
      }),
      (i) => i < 40,
    );
    expect(differences.map(({ key }) => key)).toEqual(['product', 'region']);
    expect(differences[0]).toEqual({
      key: 'product',
      divergence: 1,
      values: [
        { value: 'phone', inside: 40, outside: 0 },
        { value: 'laptop', inside: 0, outside: 160 },
      ],
    });
  });

  it('list no attribute of a selection that is random', () => {
    const random = randomFrom(1);
    const differences = cohort(
      400,
      (i) =>
        Object.fromEntries(
          Array.from({ length: 30 }, (_, key) => [`key${key}`, String((i * (key + 3)) % 4)]),
        ),
      () => random() < 0.3,
    );
    expect(differences).toEqual([]);
  });

  it('list an attribute that only some traces of the selection have', () => {
    const differences = cohort(
      100,
      (i): Record<string, string> => (i < 15 ? { 'db.lock': 'orders' } : {}),
      (i) => i < 30,
    );
    expect(differences).toMatchObject([
      { key: 'db.lock', values: [{ value: 'orders', inside: 15, outside: 0 }] },
    ]);
  });

  it('are empty when one side has no traces', () => {
    expect(
      cohort(
        50,
        () => ({ a: 'b' }),
        () => true,
      ),
    ).toEqual([]);
    expect(
      cohort(
        50,
        () => ({ a: 'b' }),
        () => false,
      ),
    ).toEqual([]);
  });

  it('have divergences from 0 to 1 in descending order, for any traces', () => {
    const trace = fc.record({
      a: fc.constantFrom('x', 'y'),
      b: fc.constantFrom('1', '2', '3'),
      isInside: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(trace, { maxLength: 80 }), (traces) => {
        const divergences = cohort(
          traces.length,
          (i) => ({ a: traces[i]?.a ?? '', b: traces[i]?.b ?? '' }),
          (i) => traces[i]?.isInside === true,
        ).map(({ divergence }) => divergence);
        expect(divergences).toEqual(divergences.toSorted((a, b) => b - a));
        expect(divergences.every((divergence) => divergence >= 0 && divergence <= 1)).toBe(true);
      }),
    );
  });
});
