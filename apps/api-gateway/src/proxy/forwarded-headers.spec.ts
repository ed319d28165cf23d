import { describe, expect, it } from '@jest/globals';
import { forwardedHeaders } from './forwarded-headers.js';

describe('forwardedHeaders', () => {
  it('forwardedHeaders keeps end-to-end headers', () => {
    const headers = { accept: 'application/json', authorization: 'Bearer token', 'x-anything': 'else' };

    expect(forwardedHeaders(headers)).toEqual(headers);
  });

  it.each([
    'Connection',
    'Keep-Alive',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
  ])('forwardedHeaders removes the hop-by-hop header %s', (name) => {
    expect(forwardedHeaders({ [name]: 'value' })).toEqual({});
  });

  it('forwardedHeaders removes each header that Connection lists, in any case and with any spacing', () => {
    const headers = { connection: 'close, X-One ,x-TWO', 'x-one': '1', 'x-two': '2', 'x-three': '3' };

    expect(forwardedHeaders(headers)).toEqual({ 'x-three': '3' });
  });

  it('forwardedHeaders removes Host and the framing headers', () => {
    expect(forwardedHeaders({ host: 'shop', 'content-length': '3', expect: '100-continue' })).toEqual({});
  });

  it.each(['b3', 'X-B3-TraceId', 'X-B3-Sampled', 'traceparent', 'tracestate', 'baggage', 'X-Correlation-ID'])(
    'forwardedHeaders removes the propagation header %s, which each hop writes itself',
    (name) => {
      expect(forwardedHeaders({ [name]: 'value' })).toEqual({});
    },
  );

  it('forwardedHeaders keeps several Set-Cookie headers separate', () => {
    expect(forwardedHeaders({ 'set-cookie': ['a=1', 'b=2'] })).toEqual({ 'set-cookie': ['a=1', 'b=2'] });
  });
});
