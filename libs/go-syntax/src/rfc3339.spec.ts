import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GoSyntaxError } from './go-syntax-error.js';
import { parseRfc3339Nano } from './rfc3339.js';

describe('parseRfc3339Nano', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0n],
    ['2026-01-01T00:00:00.123456789Z', 1_767_225_600_123_456_789n],
    ['2026-01-01T02:30:00.5+02:30', 1_767_225_600_500_000_000n],
    ['2025-12-31T23:00:00,5-01:00', 1_767_225_600_500_000_000n],
    ['2024-02-29T00:00:00Z', 1_709_164_800_000_000_000n],
    ['1969-12-31T23:59:59.999999999Z', -1n],
    ['0099-01-01T00:00:00Z', -59_042_995_200_000_000_000n],
  ])('reads %s', (text, nanos) => {
    expect(parseRfc3339Nano(text)).toBe(nanos);
  });

  const LAYOUT = '"2006-01-02T15:04:05.999999999Z07:00"';

  it.each([
    ['', `parsing time "" as ${LAYOUT}: cannot parse "" as "2006"`],
    [
      '2026-1-01T00:00:00Z',
      `parsing time "2026-1-01T00:00:00Z" as ${LAYOUT}: cannot parse "1-01T00:00:00Z" as "01"`,
    ],
    ['2026-01-01 00:00', `parsing time "2026-01-01 00:00" as ${LAYOUT}: cannot parse " 00:00" as "T"`],
    ['2026-01-01T00:00:00', `parsing time "2026-01-01T00:00:00" as ${LAYOUT}: cannot parse "" as "Z07:00"`],
    ['2026-01-01T00:00:00Zulu', 'parsing time "2026-01-01T00:00:00Zulu": extra text: "ulu"'],
    ['2026-13-01T00:00:00Z', 'parsing time "2026-13-01T00:00:00Z": month out of range'],
    ['2026-02-29T00:00:00Z', 'parsing time "2026-02-29T00:00:00Z": day out of range'],
    ['2026-01-01T24:00:00Z', 'parsing time "2026-01-01T24:00:00Z": hour out of range'],
    ['2026-01-01T00:60:00Z', 'parsing time "2026-01-01T00:60:00Z": minute out of range'],
    ['2026-01-01T00:00:60Z', 'parsing time "2026-01-01T00:00:60Z": second out of range'],
  ])('says of %j what Go says', (text, message) => {
    expect(() => parseRfc3339Nano(text)).toThrow(new GoSyntaxError(message));
  });

  it('agrees with Date on every millisecond', () => {
    const years = {
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    };
    fc.assert(
      fc.property(fc.date(years), (date) => {
        expect(parseRfc3339Nano(date.toISOString())).toBe(BigInt(date.getTime()) * 1_000_000n);
      }),
    );
  });
});
