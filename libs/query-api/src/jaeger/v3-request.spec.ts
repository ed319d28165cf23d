import { describe, expect, it } from '@jest/globals';
import { parseV3Search, parseV3TraceRequest } from './v3-request.js';

const RANGE = 'query.startTimeMin=1970-01-01T00:00:01Z&query.startTimeMax=1970-01-01T00:00:02.5Z';
const search = (query: string) => parseV3Search(new URLSearchParams(query));

describe('a v3 search', () => {
  it('reads every parameter by its name', () => {
    expect(
      search(
        `${RANGE}&query.serviceName=a&query.operationName=b&query.searchDepth=7&query.durationMin=1ms` +
          '&query.durationMax=2ms&query.attributes={"c":"d"}&query.rawTraces=true&lantern.orderBy=longest',
      ),
    ).toEqual({
      service: 'a',
      operation: 'b',
      orderBy: 'longest',
      attributes: { c: 'd' },
      minDurationNano: 1_000_000n,
      maxDurationNano: 2_000_000n,
      range: { startUnixNano: 1_000_000_000n, endUnixNano: 2_500_000_000n },
      limit: 7,
      raw: true,
      wantsTotal: false,
      fingerprint: expect.any(String),
    });
  });

  it('reads every parameter by its older name, and prefers the newer one', () => {
    expect(
      search(
        'query.start_time_min=1970-01-01T00:00:01Z&query.start_time_max=1970-01-01T00:00:02.5Z' +
          '&query.service_name=a&query.operation_name=b&query.search_depth=7&query.duration_min=1ms' +
          '&query.duration_max=2ms&query.attributes={"c":"d"}&query.raw_traces=true',
      ),
    ).toEqual(
      search(
        `${RANGE}&query.serviceName=a&query.service_name=z&query.operationName=b&query.searchDepth=7` +
          '&query.num_traces=9&query.durationMin=1ms&query.durationMax=2ms&query.attributes={"c":"d"}' +
          '&query.rawTraces=true',
      ),
    );
  });

  it('finds up to 100 traces of any service by default', () => {
    expect(search(RANGE)).toMatchObject({ service: '', limit: 100, raw: false, attributes: {} });
    expect(search(`${RANGE}&query.num_traces=3`).limit).toBe(3);
  });

  it.each([
    ['query.startTimeMin=1970-01-01T00:00:01Z', 'query.startTimeMin and query.startTimeMax are required'],
    [`${RANGE}&query.searchDepth=0`, 'search depth must be greater than 0 and less than max traces'],
    [`${RANGE}&query.attributes={`, 'malformed parameter query.attributes: '],
    [
      `${RANGE}&query.duration_max=1`,
      'malformed parameter query.duration_max: time: missing unit in duration "1"',
    ],
    [
      `${RANGE}&query.rawTraces=x`,
      'malformed parameter query.rawTraces: strconv.ParseBool: parsing "x": invalid syntax',
    ],
    [`${RANGE}&query.filter={}`, 'malformed parameter query.filter: unknown filter operator ""'],
  ])('refuses %s', (query, message) => {
    expect(() => search(query)).toThrow(message);
  });
});

describe('a v3 trace', () => {
  it('checks the hints that it does not need', () => {
    const parse = (query: string) => parseV3TraceRequest('a', new URLSearchParams(query));
    expect(parse('startTime=1970-01-01T00:00:01Z&raw_traces=true').raw).toBe(true);
    expect(() => parse('end_time=soon')).toThrow('malformed parameter end_time: parsing time "soon"');
  });
});
