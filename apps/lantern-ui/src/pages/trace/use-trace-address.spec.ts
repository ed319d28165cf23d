import { describe, expect, it } from '@jest/globals';
import { formatTraceAddress, parseTraceAddress } from './use-trace-address.js';

const parse = (query: string) => parseTraceAddress(new URLSearchParams(query));

describe('the address of a trace', () => {
  it('a uiFind that is a span ID opens the span', () => {
    expect(parse('uiFind=00F067AA0BA902B7')).toMatchObject({ spanId: '00f067aa0ba902b7', find: '' });
  });

  it('any other uiFind is a search text', () => {
    expect(parse('uiFind=timeout')).toMatchObject({ spanId: undefined, find: 'timeout' });
  });

  it('a URL without parameters shows the waterfall of the whole trace', () => {
    expect(parse('view=tables&logs=loud&time=9-1&zoom=all')).toEqual({
      view: 'waterfall',
      spanId: undefined,
      find: '',
      entries: undefined,
      hidden: [],
      window: undefined,
      zoomedTo: undefined,
      groupBy: ['service', 'operation'],
      sort: { by: 'duration', direction: -1 },
    });
  });

  it('the URL of a trace is parsed as it was formatted', () => {
    const query =
      'view=flame&uiFind=00f067aa0ba902b7&find=a+b&logs=warn&hide=order-service&hide=db&time=100-2000&zoom=00f067aa0ba902b8&group=.user.id&sort=-start';
    expect(formatTraceAddress(parse(query)).toString()).toBe(query);
  });
});
