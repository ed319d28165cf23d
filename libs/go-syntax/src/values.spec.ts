import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatBytes, parseBytes } from './bytes.js';
import { formatGoFloat, parseGoFloat, printGoFloat } from './float.js';
import { formatPrometheusDuration, parsePrometheusDuration } from './prometheus-duration.js';
import { formatGoTime, parseGoTime, UTC } from './time.js';

describe('sizes', () => {
  it.each([
    ['512', 512],
    ['20MB', 20e6],
    ['1KiB', 1024],
    ['1.5 kb', 1500],
    ['10K', 10_000],
    ['1,000B', 1000],
    ['2gib', 2 ** 31],
  ])('%s is %d', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', 'x', '5XB', '-1B', '99999999999PB'])('rejects %j', (text) => {
    expect(() => parseBytes(text)).toThrow();
  });

  it('are parsed from their formatted text', () => {
    fc.assert(fc.property(fc.nat(), (bytes) => parseBytes(formatBytes(bytes)) === bytes));
    expect([20e6, 1024, 1500, 0, 7].map(formatBytes)).toEqual(['20MB', '1KiB', '1500B', '0B', '7B']);
  });
});

describe('floats', () => {
  it('of up to 15 digits are read as the nearest double', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,10}(?:\.\d{0,6})?$/), (text) => {
        expect(parseGoFloat(text)).toBe(Number(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('are written without an exponent, and parsed back', () => {
    expect([1e21, 1.5e-7, -0, 2, 0.1].map(formatGoFloat)).toEqual([
      '1000000000000000000000',
      '0.00000015',
      '-0',
      '2',
      '0.1',
    ]);
    expect([Number.NaN, Infinity, -Infinity].map(formatGoFloat)).toEqual(['NaN', '+Inf', '-Inf']);
    expect([1e21, 1.5e-7, 1e-5, 123456789, 1e6, 100000].map(printGoFloat)).toEqual([
      '1e+21',
      '1.5e-07',
      '1e-05',
      '1.23456789e+08',
      '1e+06',
      '100000',
    ]);
    fc.assert(fc.property(fc.double(), (value) => Object.is(parseGoFloat(formatGoFloat(value)), value)));
  });

  it('are read as Go reads them', () => {
    expect(
      ['.5', '1.', '0x1p-2', '0x_1p3', '1_0', '1_0.5e1_0', 'inf', '-Infinity'].map(parseGoFloat),
    ).toEqual([0.5, 1, 0.25, 8, 10, 10.5e10, Infinity, -Infinity]);
    for (const text of ['', '1__0', '_1', '1_', '1_.5', '1_e5', '0x1_p3', '0x1', ' 1', '1e999', '.'])
      expect(() => parseGoFloat(text)).toThrow('strconv.ParseFloat');
  });
});

describe("Prometheus' durations", () => {
  it.each([
    ['1h30m', 5_400_000_000_000n, '1h30m'],
    ['7d', 604_800_000_000_000n, '1w'],
    ['1w2d', 777_600_000_000_000n, '9d'],
    ['1.5s', 1_500_000_000n, '1s500ms'],
    ['721h', 2_595_600_000_000_000n, '721h'],
  ])('%s', (text, nanos, usual) => {
    expect([parsePrometheusDuration(text), formatPrometheusDuration(nanos)]).toEqual([nanos, usual]);
  });

  it.each(['', '5x', '1m1', '999999999999y'])('rejects %j', (text) => {
    expect(() => parsePrometheusDuration(text)).toThrow();
  });
});

describe("times by Go's layouts", () => {
  const layout = '2006-01-02T15:04:05.999999999Z07:00';

  it('are parsed from their formatted text unchanged', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 4_000_000_000_000_000_000n), (unixNano) => {
        expect(parseGoTime(layout, formatGoTime({ unixNano, zone: UTC }, layout)).unixNano).toBe(unixNano);
      }),
    );
  });

  it.each([
    ['Jan _2 2006 3:04PM', 'Feb  3 2024 1:05PM', '2024-02-03T13:05:00Z'],
    ['02/01/06 15:04:05 -0700', '03/02/24 13:05:06 +0100', '2024-02-03T13:05:06+01:00'],
    ['Monday, 2 January 2006', 'Saturday, 3 February 2024', '2024-02-03T00:00:00Z'],
    ['2006-002', '2024-034', '2024-02-03T00:00:00Z'],
  ])('%s reads %s', (form, text, expected) => {
    expect(formatGoTime(parseGoTime(form, text), layout)).toBe(expected);
  });

  it('take no longer for a layout that could be read in many ways', () => {
    expect(() => parseGoTime('2'.repeat(1_000), `${'1'.repeat(1_500)}x`)).toThrow('parsing time');
  });

  it('are rejected when they do not match the layout', () => {
    for (const text of ['', '2024-13-01', '2024-01-01x'])
      expect(() => parseGoTime('2006-01-02', text)).toThrow('parsing time');
  });
});
