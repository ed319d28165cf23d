import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatWindow, panned, parseWindow, shareAt, ticksOf, within, zoomed } from './time-window.js';

describe('a window on the time of a trace', () => {
  it('a time window zooms around the time at the pointer', () => {
    // |0 . . . . |pointer 60 . . 100|   twice as near
    const window = zoomed({ from: 0, to: 1_000 }, 2, 0.6, 1_000);
    expect(window).toEqual({ from: 300, to: 800 });
    expect(shareAt(window, 600)).toBeCloseTo(0.6);
  });

  it('a time window does not move beyond the ends of the trace', () => {
    expect(panned({ from: 500, to: 700 }, 0.5, 1_000)).toEqual({ from: 600, to: 800 });
    expect(panned({ from: 500, to: 700 }, 50, 1_000)).toEqual({ from: 800, to: 1_000 });
    expect(panned({ from: 500, to: 700 }, -50, 1_000)).toEqual({ from: 0, to: 200 });
  });

  it('a time window is always within the trace and never empty', () => {
    const time = fc.double({ min: -1e12, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(time, time, fc.double({ min: 0, max: 1e12, noNaN: true }), (from, to, duration) => {
        const window = within({ from, to }, duration);
        expect(window.from).toBeGreaterThanOrEqual(0);
        expect(window.to).toBeLessThanOrEqual(Math.max(duration, 1) * (1 + 1e-9));
        expect(window.to).toBeGreaterThan(window.from);
      }),
    );
  });

  it('a time window is parsed from the URL as it was formatted', () => {
    expect(parseWindow(formatWindow({ from: 1_200, to: 3_000_000_000.4 }))).toEqual({ from: 1_200, to: 3e9 });
    expect([parseWindow('5-5'), parseWindow('9-1'), parseWindow('a-b'), parseWindow('')]).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
  });
});

describe('ticksOf', () => {
  it.each([
    [{ from: 0, to: 182e6 }, [0, 50e6, 100e6, 150e6]],
    [{ from: 0, to: 3.02e9 }, [0, 1e9, 2e9, 3e9]],
    [{ from: 0, to: 100e9 }, [0, 30e9, 60e9, 90e9]],
    [{ from: 0, to: 3 }, [0, 1, 2, 3]],
    [{ from: 1_120, to: 1_480 }, [1_200, 1_300, 1_400]],
  ])('the ticks of %j are at round times', (window, ticks) => {
    expect(ticksOf(window, 5)).toEqual(ticks);
  });

  it('ticks never exceed the maximum number, and are within the window', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e15 }),
        fc.integer({ min: 1, max: 1e15 }),
        fc.integer({ min: 2, max: 12 }),
        (from, length, most) => {
          const ticks = ticksOf({ from, to: from + length }, most);
          expect(ticks.length).toBeLessThanOrEqual(most);
          expect(ticks.every((tick) => tick >= from && tick <= from + length)).toBe(true);
        },
      ),
    );
  });
});
