import { describe, expect, it } from '@jest/globals';
import { lookbackRange, resolveRange } from '../time-range/time-range.js';
import { summaryOf, summaryPageOf, summaryParams, type TraceSearch } from './trace-summaries.js';

const NOW = Date.parse('2026-11-22T14:00:00.000Z');

const search: TraceSearch = {
  orderBy: 'recent',
  service: '',
  operation: '',
  tags: {},
  minDuration: '',
  maxDuration: '',
  minTraceDuration: '',
  maxTraceDuration: '',
  filter: '',
  limit: 20,
  range: lookbackRange('1h'),
};
const lastHour = resolveRange(search.range, NOW);

describe('summaryParams', () => {
  it('a search request has a time range that ends now, and no parameters for empty conditions', () => {
    expect(summaryParams(search, lastHour)).toEqual({
      'query.startTimeMin': '2026-11-22T13:00:00.000000Z',
      'query.startTimeMax': '2026-11-22T14:00:00.000000Z',
      'query.searchDepth': '20',
      'lantern.total': 'true',
    });
  });

  it('a search request contains the order, so that the first page has the first of all matches', () => {
    expect(summaryParams({ ...search, orderBy: 'longest' }, lastHour)['lantern.orderBy']).toBe('longest');
  });

  it('a search request keeps the microseconds of fixed times', () => {
    const startMicros = BigInt(NOW) * 1_000n + 7n;
    expect(summaryParams(search, { startMicros, endMicros: startMicros + 1n })).toMatchObject({
      'query.startTimeMin': '2026-11-22T14:00:00.000007Z',
      'query.startTimeMax': '2026-11-22T14:00:00.000008Z',
    });
  });

  it('a search request contains every condition that is set', () => {
    expect(
      summaryParams(
        {
          ...search,
          service: 'order-service',
          operation: 'calculate_total',
          tags: { error: 'true' },
          minDuration: '1.5s',
          maxDuration: '2m',
          minTraceDuration: '3s',
          maxTraceDuration: '4s',
        },
        lastHour,
      ),
    ).toMatchObject({
      'query.serviceName': 'order-service',
      'query.operationName': 'calculate_total',
      'query.attributes': '{"error":"true"}',
      'query.durationMin': '1.5s',
      'query.durationMax': '2m',
      'lantern.traceDurationMin': '3s',
      'lantern.traceDurationMax': '4s',
    });
  });

  it('the request for an older page has the same time range, and does not request the total again', () => {
    const page = summaryPageOf({ summaries: [], total: 31, nextPageToken: 'after-20' }, lastHour);
    expect(page).toMatchObject({ summaries: [], total: 31, next: { token: 'after-20', range: lastHour } });
    const params = summaryParams(search, lastHour, page.next?.token);
    expect([params['lantern.pageToken'], params['lantern.total']]).toEqual(['after-20', undefined]);
    expect(summaryPageOf({}, lastHour)).toEqual({
      summaries: [],
      range: lastHour,
      total: undefined,
      next: undefined,
    });
  });
});

describe('summaryOf', () => {
  it('summaryOf reads missing counts as zero', () => {
    expect(
      summaryOf({
        traceId: '0000000000000000000000000000000a',
        minStartTimeUnixNano: '1763820131123456789',
        maxEndTimeUnixNano: '1763820131123456999',
      }),
    ).toEqual({
      traceId: '0000000000000000000000000000000a',
      rootService: '',
      rootOperation: '',
      startUnixNano: 1763820131123456789n,
      durationNano: 210n,
      spanCount: 0,
      errorCount: 0,
      orphanCount: 0,
      services: [],
    });
  });
});
