import { defaultTextMapGetter, isValidSpanId, isValidTraceId } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readB3 } from './b3-headers.js';

// The examples of https://github.com/openzipkin/b3-propagation
const traceId = '80f198ee56343ba864fe8b2a57d3eff7';
const spanId = 'e457b5a2e4d86bd1';
const parentId = '05e3ac9a4f6e3b90';
const ids = { traceId, spanId };
const multi = { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId };

const read = (headers: Record<string, string | string[]>) => readB3(headers, defaultTextMapGetter);

describe('B3 headers', () => {
  it.each([
    ['all parts', `${traceId}-${spanId}-1-${parentId}`, { ids, sampling: 'accept' }],
    ['no parent', `${traceId}-${spanId}-1`, { ids, sampling: 'accept' }],
    ['a denied trace', `${traceId}-${spanId}-0`, { ids, sampling: 'deny' }],
    ['debug', `${traceId}-${spanId}-d`, { ids, sampling: 'debug' }],
    ['a decision left open', `${traceId}-${spanId}`, { ids, sampling: 'defer' }],
    ['a deny without ids', '0', { sampling: 'deny' }],
    ['an accept without ids', '1', { sampling: 'accept' }],
    ['a debug without ids', 'd', { sampling: 'debug' }],
    ['ids in upper case', `${traceId}-${spanId}-1`.toUpperCase(), { ids, sampling: 'accept' }],
    [
      'a 64-bit trace id, padded',
      `${spanId}-${spanId}-1`,
      { ids: { traceId: `0000000000000000${spanId}`, spanId }, sampling: 'accept' },
    ],
  ])('in one header: %s', (_what, b3, state) => {
    expect(read({ b3 })).toEqual(state);
  });

  it.each([
    ['accepted', { ...multi, 'x-b3-sampled': '1' }, { ids, sampling: 'accept' }],
    ['denied', { ...multi, 'x-b3-sampled': '0' }, { ids, sampling: 'deny' }],
    ['with the words of older senders', { ...multi, 'x-b3-sampled': 'True' }, { ids, sampling: 'accept' }],
    ['debug', { ...multi, 'x-b3-flags': '1' }, { ids, sampling: 'debug' }],
    [
      'debug against a deny',
      { ...multi, 'x-b3-flags': '1', 'x-b3-sampled': '0' },
      { ids, sampling: 'debug' },
    ],
    ['left open', multi, { ids, sampling: 'defer' }],
    [
      'with an odd decision, which is none',
      { ...multi, 'x-b3-sampled': 'maybe' },
      { ids, sampling: 'defer' },
    ],
    ['a deny without ids', { 'x-b3-sampled': '0' }, { sampling: 'deny' }],
    ['a debug without ids', { 'x-b3-flags': '1' }, { sampling: 'debug' }],
    ['a deny beside broken ids', { 'x-b3-traceid': 'x', 'x-b3-sampled': '0' }, { sampling: 'deny' }],
    [
      'in upper case',
      { 'x-b3-traceid': traceId.toUpperCase(), 'x-b3-spanid': spanId },
      { ids, sampling: 'defer' },
    ],
    [
      'sent twice',
      { 'x-b3-traceid': [traceId, 'other'], 'x-b3-spanid': `${spanId}, other` },
      { ids, sampling: 'defer' },
    ],
  ])('in many headers: %s', (_what, headers, state) => {
    expect(read(headers)).toEqual(state);
  });

  it('takes the single header before the multiple ones', () => {
    expect(read({ ...multi, b3: `${parentId}-${parentId}-0` })).toMatchObject({ sampling: 'deny' });
  });

  it.each([
    'garbage',
    `zz${traceId}-${spanId}-1zz`,
    `${traceId}-${spanId}-2`,
    `${'0'.repeat(32)}-${spanId}-1`,
    '',
  ])('falls back to the multiple headers from the malformed "%s"', (b3) => {
    expect(read({ b3, ...multi })).toEqual({ ids, sampling: 'defer' });
    expect(read({ b3 })).toBeUndefined();
  });

  it.each([
    [{}],
    [{ 'x-b3-traceid': traceId }],
    [{ 'x-b3-traceid': traceId, 'x-b3-spanid': '0'.repeat(16) }],
    [{ 'x-b3-traceid': traceId.slice(1), 'x-b3-spanid': spanId }],
  ])('finds nothing in %j', (headers) => {
    expect(read(headers)).toBeUndefined();
  });

  it('gives valid ids or none, whatever arrives', () => {
    const part = fc.oneof(fc.string(), fc.constantFrom(traceId, spanId, '0', '1', 'd', '-'));
    const text = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, text, text, text, (b3, trace, span, sampled, flags) => {
        const state = read({
          b3,
          'x-b3-traceid': trace,
          'x-b3-spanid': span,
          'x-b3-sampled': sampled,
          'x-b3-flags': flags,
        });
        if (!state?.ids) return true;
        return isValidTraceId(state.ids.traceId) && isValidSpanId(state.ids.spanId);
      }),
    );
  });
});
