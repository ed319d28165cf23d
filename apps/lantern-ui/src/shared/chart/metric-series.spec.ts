import { describe, expect, it } from '@jest/globals';
import { formatNumber, formatTick, seriesNames } from './metric-series.js';

describe('seriesNames', () => {
  it.each([
    [[{}], ['all lines']],
    [
      [{ level: 'error' }, { level: 'info' }],
      ['error', 'info'],
    ],
    [[{ level: '' }], ['no level']],
    [[{ a: 'b', c: 'd"' }], ['a="b", c="d\\""']],
  ])('the names of the series %j are %j', (series, names) => {
    expect(seriesNames(series as Record<string, string>[])).toEqual(names);
  });

  it('the names distinguish series with different labels of the same value', () => {
    expect(seriesNames([{ caller: 'shop' }, { callee: 'shop' }])).toEqual(['caller="shop"', 'callee="shop"']);
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

describe('formatTick', () => {
  it.each([
    [0, '0'],
    [0.05, '0.05'],
    [4_320_000_000, '4.32B'],
    [-20_000_000, '-20M'],
  ])('The value %s of an axis is %s, which fits beside the plot', (value, text) => {
    expect(formatTick(value)).toBe(text);
  });
});
