import { describe, expect, it } from '@jest/globals';
import { parseServicesParams, servicesPath } from './services-params.js';

const read = (query: string) => parseServicesParams(new URLSearchParams(query));

describe('the address of the services page', () => {
  it.each([
    '',
    'service=orders&lookback=6h&compare=7d&spanKind=client',
    'lookback=custom&start=1000&end=2000',
  ])('the URL of the services page %p is formatted as it was parsed', (query) => {
    expect(servicesPath(read(query))).toBe(query === '' ? '/monitor' : `/monitor?${query}`);
  });

  it.each([
    ['service=a&spanKind=server&timeframe=3600000', '1h', 'server'],
    ['service=a&timeframe=300000', '5m', 'requests'],
    ['timeframe=172800000&spanKind=x', '48h', 'requests'],
  ])('the parameters %s of Jaeger’s Monitor are parsed', (query, lookback, kinds) => {
    expect(read(query)).toMatchObject({ range: { lookback }, kinds });
  });
});
