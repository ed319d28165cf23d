import { describe, expect, it } from '@jest/globals';
import { drawTable } from '@lantern/telemetry-model/testing';
import { logLine } from '../../../api/testing/log-line.js';
import { traceEntries } from '../trace-entries.js';
import { hitOnEntry, hitOnSpan } from './lane-hit.js';
import { LaneScale } from './lane-scale.js';

// post    ├─────────┤·        100 ns, a line behind its end
// charge     ├··──┤           two lines within a pixel
const table = drawTable(
  { id: 'post', start: 1_000, end: 1_100 },
  { id: 'charge', parent: 'post', start: 1_030, end: 1_060 },
);
const NO_EVENTS = {
  row: new Uint32Array(),
  time: new Float64Array(),
  isException: new Uint8Array(),
  texts: [],
};
const marks = traceEntries(table, NO_EVENTS, [
  logLine({ time: 1_110, spanId: 'post', message: 'access' }),
  logLine({ time: 1_040, spanId: 'charge', message: 'under' }),
  logLine({ time: 1_040, spanId: 'charge', message: 'over' }),
]);

/** Returns a scale with four pixels per nanosecond of the window. */
const scale = (from = 0, to = 120) => new LaneScale({ from, to }, 12 + 76 + (to - from) * 4);

const hit = (row: number, time: number, shown = scale()) => {
  const found = hitOnSpan({ table, marks, scale: shown }, row, shown.xOf(time));
  return found === undefined || found === 'bar' ? found : found.text;
};

describe('what a pointer is on', () => {
  it('a pointer on a bar, or a little beyond its ends, hits the bar', () => {
    expect([hit(0, 50), hit(0, -1), hit(0, 101), hit(1, 50)]).toEqual(['bar', 'bar', 'bar', 'bar']);
  });

  it('a pointer beside bars and marks hits nothing', () => {
    expect([hit(0, 105), hit(1, 20), hit(1, 70)]).toEqual([undefined, undefined, undefined]);
  });

  it('a pointer on a mark hits the mark, not the bar below it, and the topmost of several marks', () => {
    expect([hit(0, 110), hit(1, 40), hit(1, 41)]).toEqual(['access', 'over', 'over']);
  });

  it('a pointer does not hit a bar outside of the window', () => {
    const later = scale(70, 120);
    expect([hit(1, 70, later), hit(0, 80, later)]).toEqual([undefined, 'bar']);
  });

  it('a pointer does not hit a mark outside of the window', () => {
    const earlier = scale(0, 60);
    const edge = earlier.right + 20;
    expect(hitOnSpan({ table, marks, scale: earlier }, 0, edge)).toBeUndefined();
    const [entry] = marks.list;
    expect(entry?.text).toBe('access');
    expect(entry !== undefined && hitOnEntry(earlier, entry, edge)).toBe(false);
  });

  it('a pointer in the row of an entry hits its mark', () => {
    const [entry] = marks.list;
    if (entry === undefined) throw new Error('Nothing was said.');
    const on = (time: number) => hitOnEntry(scale(), entry, scale().xOf(time));
    expect([on(109), on(110), on(111), on(112)]).toEqual([true, true, true, false]);
  });
});
