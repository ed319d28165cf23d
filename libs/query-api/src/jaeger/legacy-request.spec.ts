import { describe, expect, it } from '@jest/globals';
import { BadRequest } from '../bad-request.js';
import {
  parseLegacyDependenciesRequest,
  parseLegacyTraceRequest,
  parseLegacyTracesRequest,
} from './legacy-request.js';

const NOW = 1_767_225_600_000_000_000n;
const HOUR = 3_600_000_000_000n;

const search = (query: string) => parseLegacyTracesRequest(new URLSearchParams(query), NOW);

describe('a legacy search', () => {
  it('looks back two days for up to 100 traces, by default', () => {
    expect(search('service=web&lookback=1h')).toEqual({
      service: 'web',
      operation: '',
      attributes: {},
      minDurationNano: 0n,
      maxDurationNano: 0n,
      range: { startUnixNano: NOW - 48n * HOUR, endUnixNano: NOW },
      limit: 100,
      raw: false,
      traceIds: [],
    });
  });

  it('reads every parameter', () => {
    expect(
      search(
        'service=web&operation=GET+%2F&start=1000&end=2000&minDuration=1ms&maxDuration=1.5s&limit=20&raw=true' +
          '&tag=a:b:c&tag=d:&tags={"e":"f","d":"g"}&tags=null',
      ),
    ).toEqual({
      service: 'web',
      operation: 'GET /',
      attributes: { a: 'b:c', d: 'g', e: 'f' },
      minDurationNano: 1_000_000n,
      maxDurationNano: 1_500_000_000n,
      range: { startUnixNano: 1_000_000n, endUnixNano: 2_000_000n },
      limit: 20,
      raw: true,
      traceIds: [],
    });
  });

  it('keeps names that mean something to JavaScript as names', () => {
    const { attributes } = search('service=a&tag=__proto__:x&tags={"constructor":"y"}');
    expect(Object.entries(attributes)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });

  it('needs no service and no sensible limit when it has ids', () => {
    expect(search('traceID=a&traceID=0&limit=0').traceIds).toEqual([
      { text: 'a', id: '0000000000000000000000000000000a' },
      { text: '0', id: undefined },
    ]);
  });

  it.each([
    ['', "parameter 'service' is required"],
    ['service=a&limit=-1', 'search depth must be greater than 0 and less than max traces'],
    ['service=a&limit=1501', 'search depth must be greater than 0 and less than max traces'],
    ['service=a&limit=9999999999', 'strconv.ParseInt: parsing "9999999999": value out of range'],
    ['traceID=x200', 'cannot parse traceID param: strconv.ParseUint: parsing "x200": invalid syntax'],
    ['traceID=a&traceID=', 'cannot parse traceID param: strconv.ParseUint: parsing "": invalid syntax'],
    [
      'traceID=AAAAAAAAAAE=',
      'cannot parse traceID param: strconv.ParseUint: parsing "AAAAAAAAAAE=": invalid syntax',
    ],
    [
      'service=a&tags=x',
      "malformed 'tags' parameter, cannot unmarshal JSON: invalid character 'x' looking for beginning of value",
    ],
    [
      'service=a&tags=[]',
      "malformed 'tags' parameter, cannot unmarshal JSON: " +
        'json: cannot unmarshal array into Go value of type map[string]string',
    ],
    [
      'service=a&tags={"b":1}',
      "malformed 'tags' parameter, cannot unmarshal JSON: " +
        'json: cannot unmarshal number into Go value of type string',
    ],
    ['service=a&end=1.5', 'unable to parse param \'end\': strconv.ParseInt: parsing "1.5": invalid syntax'],
  ])('refuses %j', (query, message) => {
    expect(() => search(query)).toThrow(BadRequest);
    expect(() => search(query)).toThrow(message);
  });
});

describe('a legacy trace', () => {
  it('checks the hints that it does not need', () => {
    const parse = (query: string) => parseLegacyTraceRequest('a', new URLSearchParams(query));
    expect(parse('start=1&end=2&raw=1')).toEqual({ traceId: '0000000000000000000000000000000a', raw: true });
    expect(() => parse('start=soon')).toThrow("unable to parse param 'start'");
  });
});

describe('legacy dependencies', () => {
  it('look back one day from now, or the given number of milliseconds', () => {
    const parse = (query: string) => parseLegacyDependenciesRequest(new URLSearchParams(query), NOW);
    expect(parse('')).toEqual({ service: '', range: { startUnixNano: NOW - 24n * HOUR, endUnixNano: NOW } });
    expect(parse('endTs=5000&lookback=1000&service=a')).toEqual({
      service: 'a',
      range: { startUnixNano: 4_000_000_000n, endUnixNano: 5_000_000_000n },
    });
  });
});
