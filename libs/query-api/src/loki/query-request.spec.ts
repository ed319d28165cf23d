import { describe, expect, it } from '@jest/globals';
import { parseRangeQuery } from './query-request.js';
import { parseLabelsRequest } from './series-request.js';
import { parseLokiTime } from './time-range.js';

const NOW = 1_767_225_600_000_000_000n;
const HOUR = 3_600_000_000_000n;

const range = (query: string) => {
  const params = new URLSearchParams(query);
  params.append('query', '{a="b"}');
  const request = parseRangeQuery(params, NOW);
  if (request.kind !== 'log') throw new Error('not a query for lines');
  return request;
};

describe('parseLokiTime', () => {
  it.each([
    ['1767225600', NOW],
    ['1767225600000000000', NOW],
    ['1767225600.1236', NOW + 124_000_000n],
    ['4.', 4_000_000_000n],
    ['4', 4_000_000_000n],
    ['0', 0n],
    ['-1', -1_000_000_000n],
    ['12345678901', 12_345_678_901n],
    ['2026-01-01T00:00:00.000000001Z', NOW + 1n],
    ['2026-01-01T01:00:00+01:00', NOW],
  ])('reads %s', (text, nanos) => {
    expect(parseLokiTime(text)).toBe(nanos);
  });

  it.each(['', 'x', '1e9', '2026-01-01', '.5', '0x10'])('refuses %j as an integer, as Loki does', (text) => {
    expect(() => parseLokiTime(text)).toThrow(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  });
});

describe('a number beyond its range', () => {
  const refusal = (query: string) => {
    try {
      range(query);
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };

  it.each([
    [
      'start=99999999999999.5',
      /^could not parse 'start' parameter: must be from -6\d+ to 2\d+, received: 9+\.5$/,
    ],
    [`step=${'9'.repeat(400)}`, /value out of range|valid duration/],
    ['step=1e300', 'cannot parse "1e300" to a valid duration. It overflows int64'],
    ['step=-Inf', 'cannot parse "-Inf" to a valid duration. It overflows int64'],
    ['step=NaN', 'cannot parse "NaN" to a valid duration'],
    [
      'interval=1e300',
      'could not parse \'interval\' parameter: cannot parse "1e300" to a valid duration. It overflows int64',
    ],
  ])('is refused: %s', (query, message) => {
    expect(refusal(query)).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  it('is accepted as seconds with an exponent, as Go reads it', () => {
    expect(refusal('step=1e3')).toBeUndefined();
  });
});

describe('a log range query', () => {
  it('looks back one hour for up to 100 lines, newest first, by default', () => {
    expect(range('')).toMatchObject({
      startUnixNano: NOW - HOUR,
      endUnixNano: NOW,
      limit: 100,
      direction: 'backward',
    });
  });

  it('looks back from its end, or from now if that is earlier', () => {
    expect(range('end=7200&since=30m').startUnixNano).toBe(HOUR * 2n - HOUR / 2n);
    expect(range('end=4000000000&since=1d').startUnixNano).toBe(NOW - 24n * HOUR);
    expect(range('since=2w').startUnixNano).toBe(NOW - 14n * 24n * HOUR);
  });

  it('accepts the steps that Grafana sends', () => {
    for (const step of ['15000ms', '15', '0.5', '1m']) expect(() => range(`step=${step}`)).not.toThrow();
    expect(() => range('step=1ms')).toThrow('exceeded maximum resolution of 11,000 points per time series');
  });
});

describe('a request for labels', () => {
  it('looks back six hours over every stream', () => {
    expect(parseLabelsRequest(new URLSearchParams(), NOW)).toEqual({
      startUnixNano: NOW - 6n * HOUR,
      endUnixNano: NOW,
      matchers: [],
    });
  });
});
