import { describe, expect, it } from '@jest/globals';
import { formatNumber, seriesName } from './metric-series.js';

describe('seriesName', () => {
  it.each([
    [{}, 'all lines'],
    [{ level: 'error' }, 'error'],
    [{ level: '' }, 'no level'],
    [{ a: 'b', c: 'd"' }, 'a="b", c="d\\""'],
  ])('of %j is %s', (labels, name) => {
    expect(seriesName(labels as Record<string, string>)).toBe(name);
  });
});

describe('formatNumber', () => {
  it.each([
    [undefined, '–'],
    [NaN, '–'],
    [0.000123456, '0.0001235'],
    [1234567, '1,235,000'],
  ])('%s is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});
