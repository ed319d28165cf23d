import { describe, expect, it } from '@jest/globals';
import {
  parseLimit,
  parseLookback,
  parseOptionalTime,
  parseSteps,
  parseTime,
  parseTimeout,
  unescapeLabelName,
} from './params.js';

const params = (record: Record<string, string>) => new URLSearchParams(record);

describe('Parameters of the Prometheus API', () => {
  it.each([
    ['1435781430.781', 1_435_781_430_781],
    ['1.5e9', 1_500_000_000_000],
    ['-62135596800', -62_135_596_800_000],
    ['2015-07-01T20:10:30.781Z', 1_435_781_430_781],
    ['2015-07-01T22:10:30+02:00', 1_435_781_430_000],
  ])('The time %s is read', (text, expected) => {
    expect(parseTime(params({ time: text }), 'time')).toBe(expected);
  });

  it('A wrong time is rejected in the words of its route', () => {
    expect(() => parseTime(params({ start: 'noon' }), 'start')).toThrow(
      'invalid parameter "start": cannot parse "noon" to a valid timestamp',
    );
    expect(() => parseOptionalTime(params({ time: 'noon' }), 'time', 0)).toThrow(
      'invalid parameter "time": invalid time value for \'time\': cannot parse "noon" to a valid timestamp',
    );
    expect(parseOptionalTime(params({}), 'time', 7)).toBe(7);
  });

  it('Steps have at most 11,001 points', () => {
    const steps = (start: string, end: string, step: string) => parseSteps(params({ start, end, step }));
    expect(steps('0', '60', '1m')).toEqual({ startMillis: 0, endMillis: 60_000, stepMillis: 60_000 });
    expect(steps('0', '11000', '1').endMillis).toBe(11_000_000);
    expect(() => steps('0', '11001', '1')).toThrow('exceeded maximum resolution of 11,000 points');
    expect(() => steps('1', '0', '1')).toThrow(
      'invalid parameter "end": end timestamp must not be before start time',
    );
    expect(() => steps('0', '1', '0')).toThrow('zero or negative query resolution step widths');
    for (const step of ['', '1ns', 'x', '1.5m']) {
      expect(() => steps('0', '1', step)).toThrow(
        `invalid parameter "step": cannot parse "${step}" to a valid duration`,
      );
    }
  });

  it('Limits, timeouts and lookbacks are positive', () => {
    expect([
      parseLimit(params({})),
      parseLimit(params({ limit: '0' })),
      parseLimit(params({ limit: '5' })),
    ]).toEqual([undefined, undefined, 5]);
    expect(() => parseLimit(params({ limit: '-1' }))).toThrow('limit must be non-negative');
    expect(() => parseLimit(params({ limit: 'x' }))).toThrow('invalid parameter "limit": strconv.Atoi');
    expect(parseTimeout(params({ timeout: '1m' }))).toBe(60_000);
    expect(() => parseTimeout(params({ timeout: '0' }))).toThrow('timeout must be positive, got 0s');
    expect(parseLookback(params({ lookback_delta: '90' }))).toBe(90_000);
    expect(() => parseLookback(params({ lookback_delta: '0s' }))).toThrow('lookback delta must be positive');
  });

  it('Escaped names of labels are read', () => {
    expect(['job', 'U__my_2e_metric', 'U__a__b', 'U__x_zz_'].map(unescapeLabelName)).toEqual([
      'job',
      'my.metric',
      'a_b',
      'x_zz_',
    ]);
  });
});
