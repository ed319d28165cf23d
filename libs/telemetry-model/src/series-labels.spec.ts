import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SeriesLabels } from './series-labels.js';
import { StaleMarkers, markStale } from './staleness.js';
import { compareUtf8 } from './utf8-order.js';

const encoder = new TextEncoder();
const text = fc.string({ unit: 'binary', maxLength: 6 });

describe('SeriesLabels', () => {
  it('sorts labels by name and drops those with an empty value', () => {
    const labels = SeriesLabels.fromRecord({ job: 'api', __name__: 'up', instance: '' });
    expect(labels.entries()).toEqual([
      ['__name__', 'up'],
      ['job', 'api'],
    ]);
    expect(labels.get('instance')).toBe('');
    expect(labels.metricName).toBe('up');
  });

  it('adds, replaces and removes a label', () => {
    const labels = SeriesLabels.fromRecord({ b: '1' });
    expect(labels.with('a', '2').toRecord()).toEqual({ a: '2', b: '1' });
    expect(labels.with('b', '2').toRecord()).toEqual({ b: '2' });
    expect(labels.with('b', '').size).toBe(0);
  });

  it('keeps a label named __proto__ as a label', () => {
    const labels = SeriesLabels.of([['__proto__', 'x']]);
    expect(JSON.stringify(labels)).toBe('{"__proto__":"x"}');
  });

  it('has equal keys for equal labels only', () => {
    const pairs = fc.array(fc.tuple(text, text), { maxLength: 3 });
    fc.assert(
      fc.property(pairs, pairs, (left, right) => {
        const [a, b] = [SeriesLabels.of(left), SeriesLabels.of(right)];
        expect(a.key === b.key).toBe(JSON.stringify(a.entries()) === JSON.stringify(b.entries()));
        expect(a.equals(b)).toBe(a.key === b.key);
      }),
    );
  });
});

describe('compareUtf8', () => {
  it('orders texts as their bytes in UTF-8 are ordered', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(
          Math.sign(Buffer.compare(encoder.encode(a), encoder.encode(b))),
        );
      }),
    );
    expect(compareUtf8('\u{1f600}', '\uff5e')).toBeGreaterThan(0);
  });
});

describe('StaleMarkers', () => {
  it('tells a staleness marker from other values, also from other NaN', () => {
    const values = Float64Array.of(1, Number.NaN, 0, Infinity);
    markStale(values, 2);
    expect(values[2]).toBeNaN();
    const markers = new StaleMarkers(values);
    expect([0, 1, 2, 3].map((index) => markers.isAt(index))).toEqual([false, false, true, false]);
    // The bits outlive a copy between arrays.
    expect(new StaleMarkers(values.slice(1)).isAt(1)).toBe(true);
    expect(Buffer.from(values.buffer, 16, 8).toString('hex')).toBe('020000000000f07f');
  });
});
