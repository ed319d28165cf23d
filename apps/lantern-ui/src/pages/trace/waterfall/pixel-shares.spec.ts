import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PixelShares } from './pixel-shares.js';

const drawn = (...intervals: readonly (readonly [from: number, to: number])[]) => {
  const runs: [from: number, to: number, share: number][] = [];
  const shares = new PixelShares((...run) => runs.push(run));
  for (const [from, to] of intervals) shares.add(from, to);
  shares.end();
  return runs;
};

describe('PixelShares', () => {
  it('a tenth of self time in each pixel is drawn as a share, not as a solid bar', () => {
    const intervals = Array.from({ length: 400 }, (_, i) => [i / 4, i / 4 + 0.025] as const);
    expect(drawn(...intervals)).toEqual([[0, 100, 0.125]]);
  });

  it('full pixels are drawn with the share 1, and the ends with their share', () => {
    expect(drawn([2.5, 6.25])).toEqual([
      [2, 3, 0.5],
      [3, 6, 1],
      [6, 7, 0.25],
    ]);
  });

  it('adjacent intervals are joined', () => {
    expect(drawn([0, 1.5], [1.5, 3], [5, 6])).toEqual([
      [0, 3, 1],
      [5, 6, 1],
    ]);
  });

  it('nothing is drawn without intervals', () => {
    expect(drawn()).toEqual([]);
  });

  it('every covered pixel is drawn once, in order, and no other pixel', () => {
    const gaps = fc.array(
      fc.tuple(fc.double({ min: 0, max: 3, noNaN: true }), fc.double({ min: 0.01, max: 4, noNaN: true })),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(gaps, (steps) => {
        let place = 0;
        const intervals = steps.map(([gap, length]) => {
          const from = place + gap;
          place = from + length;
          return [from, place] as const;
        });
        const width = Math.ceil(place) + 1;
        const exact = new Float64Array(width);
        for (const [from, to] of intervals) {
          for (let pixel = Math.floor(from); pixel < to; pixel++)
            exact[pixel] = (exact[pixel] ?? 0) + Math.max(0, Math.min(to, pixel + 1) - Math.max(from, pixel));
        }
        const seen = new Float64Array(width);
        let last = 0;
        for (const [from, to, share] of drawn(...intervals)) {
          expect(from).toBeGreaterThanOrEqual(last);
          last = to;
          seen.fill(share, from, to);
        }
        for (let pixel = 0; pixel < width; pixel++)
          expect(Math.abs((seen[pixel] ?? 0) - (exact[pixel] ?? 0))).toBeLessThanOrEqual(1 / 8 + 1e-5);
      }),
    );
  });
});
