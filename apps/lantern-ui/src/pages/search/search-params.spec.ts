import { describe, expect, it } from '@jest/globals';
import { formatSearchParams, parseSearchParams, searchPath } from './search-params.js';

const read = (query: string) => parseSearchParams(new URLSearchParams(query));

describe('parseSearchParams', () => {
  it('a URL without parameters searches recent traces of any service', () => {
    expect(read('')).toEqual({
      service: '',
      operation: '',
      tags: {},
      minDuration: '',
      maxDuration: '',
      minTraceDuration: '',
      maxTraceDuration: '',
      query: '',
      limit: 20,
      range: { kind: 'lookback', lookback: '1h', millis: 3_600_000 },
      sort: 'recent',
      with: '',
      view: 'cards',
      isLive: false,
      file: '',
    });
  });

  it('live=1 and live=true enable live search', () => {
    expect(['live=1', 'live=true', 'live=0', ''].map((query) => read(query).isLive)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('a link of Jaeger’s UI is parsed; its times take precedence over its lookback', () => {
    expect(
      read(
        'end=1763820131123456&limit=100&lookback=1h&maxDuration=2s&minDuration=1.2ms&operation=all' +
          '&service=order-service&start=1763816531123456&tags=%7B%22error%22%3A%22true%22%7D',
      ),
    ).toMatchObject({
      service: 'order-service',
      operation: '',
      tags: { error: 'true' },
      minDuration: '1.2ms',
      maxDuration: '2s',
      limit: 100,
      range: { kind: 'fixed', startMicros: 1763816531123456n, endMicros: 1763820131123456n },
    });
  });

  it('tags are parsed in their older form and as typed text', () => {
    expect(read('tag=http.status_code:500&tag=url:http://a').tags).toEqual({
      'http.status_code': '500',
      url: 'http://a',
    });
    expect(read('tags=error%3Dtrue').tags).toEqual({ error: 'true' });
    expect(read('tags={"retries":3}').tags).toEqual({ retries: '3' });
  });

  it.each([
    'tags={broken',
    'limit=many',
    'limit=-3',
    'lookback=custom',
    'start=5&end=2',
    'start=x&end=y',
    'sort=constructor',
    `start=1&end=${'9'.repeat(30)}`,
  ])('the invalid parameter %s is ignored', (query) => {
    expect(read(query)).toEqual(read(''));
  });

  it('the limit never exceeds the maximum of the server', () => {
    expect(read('limit=999999').limit).toBe(1_500);
  });
});

describe('formatSearchParams', () => {
  it.each([
    '',
    'service=order-service&operation=calculate_total&sort=longest&with=api-gateway',
    'tags=%7B%22http.route%22%3A%22%2Fusers%2F%3Aid%22%7D&minDuration=1s&maxDuration=2s&limit=50',
    'lookback=2d',
    'minTraceDuration=1s&maxTraceDuration=2s&query=duration+%3E+250ms&view=table&live=1',
    'file=orders.json',
    'lookback=custom&start=1763816531123456&end=1763820131123456',
  ])('the URL %s is formatted as it was parsed', (query) => {
    const written = formatSearchParams(read(query)).toString();
    expect(written).toBe(new URLSearchParams(query).toString());
    expect(parseSearchParams(new URLSearchParams(written))).toEqual(read(query));
  });
});

describe('searchPath', () => {
  it('searchPath returns the path of the search page', () => {
    expect(searchPath({})).toBe('/search');
    expect(searchPath({ service: 'order-service' })).toBe('/search?service=order-service');
  });
});
