import { describe, expect, it } from '@jest/globals';
import { summaryOf, summaryParams, type TraceSearch } from './trace-summaries.js';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-22T14:00:00.000Z');

const search: TraceSearch = {
  service: '',
  operation: '',
  tags: {},
  minDuration: '',
  maxDuration: '',
  limit: 20,
  range: { kind: 'lookback', lookback: '1h', millis: HOUR },
};

describe('summaryParams', () => {
  it('asks for the time that ends now, and leaves out what may be anything', () => {
    expect(summaryParams(search, NOW)).toEqual({
      'query.startTimeMin': '2026-11-22T13:00:00.000000Z',
      'query.startTimeMax': '2026-11-22T14:00:00.000000Z',
      'query.searchDepth': '20',
    });
  });

  it('keeps the microseconds of fixed times', () => {
    const startMicros = BigInt(NOW) * 1_000n + 7n;
    const range = { kind: 'fixed', startMicros, endMicros: startMicros + 1n } as const;
    expect(summaryParams({ ...search, range }, NOW)).toMatchObject({
      'query.startTimeMin': '2026-11-22T14:00:00.000007Z',
      'query.startTimeMax': '2026-11-22T14:00:00.000008Z',
    });
  });

  it('sends every condition that is set', () => {
    expect(
      summaryParams(
        {
          ...search,
          service: 'order-service',
          operation: 'calculate_total',
          tags: { error: 'true' },
          minDuration: '1.5s',
          maxDuration: '2m',
        },
        NOW,
      ),
    ).toMatchObject({
      'query.serviceName': 'order-service',
      'query.operationName': 'calculate_total',
      'query.attributes': '{"error":"true"}',
      'query.durationMin': '1.5s',
      'query.durationMax': '2m',
    });
  });
});

describe('summaryOf', () => {
  it('reads counts that are absent as zero', () => {
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
