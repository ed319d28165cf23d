import { describe, expect, it } from '@jest/globals';
import { parseTraceLookup } from './trace-lookup.js';

const traceId = '80f198ee56343ba864fe8b2a57d3eff7';
const spanId = 'e457b5a2e4d86bd1';

describe('parseTraceLookup', () => {
  it.each([
    [traceId, { traceId, spanId: undefined }],
    [` ${traceId.toUpperCase()}\n`, { traceId, spanId: undefined }],
    ['64fe8b2a57d3eff7', { traceId: '000000000000000064fe8b2a57d3eff7', spanId: undefined }],
    [`00-${traceId}-${spanId}-01`, { traceId, spanId }],
    [`http://localhost:16686/trace/${traceId}`, { traceId, spanId: undefined }],
    [`http://localhost:16686/trace/${traceId}?uiFind=${spanId}&panel=logs`, { traceId, spanId }],
  ])('parseTraceLookup parses %s', (text, found) => {
    expect(parseTraceLookup(text)).toEqual(found);
  });

  it.each(['', 'order-service', '0', '0'.repeat(32), `${traceId}0`, 'http://localhost/search'])(
    'parseTraceLookup rejects “%s”',
    (text) => {
      expect(parseTraceLookup(text)).toBeUndefined();
    },
  );
});
