import { defaultTextMapGetter, isValidSpanId, isValidTraceId } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readB3 } from './b3-headers.js';

// The examples of https://github.com/openzipkin/b3-propagation
const TRACE_ID = '80f198ee56343ba864fe8b2a57d3eff7';
const SPAN_ID = 'e457b5a2e4d86bd1';
const PARENT_ID = '05e3ac9a4f6e3b90';
const ids = { traceId: TRACE_ID, spanId: SPAN_ID };
const multi = { 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID };

const read = (headers: Record<string, string | string[]>) => readB3(headers, defaultTextMapGetter);

describe('B3 headers', () => {
  it.each([
    ['all parts', `${TRACE_ID}-${SPAN_ID}-1-${PARENT_ID}`, { ids, sampling: 'accept' }],
    ['no parent', `${TRACE_ID}-${SPAN_ID}-1`, { ids, sampling: 'accept' }],
    ['a denied trace', `${TRACE_ID}-${SPAN_ID}-0`, { ids, sampling: 'deny' }],
    ['debug', `${TRACE_ID}-${SPAN_ID}-d`, { ids, sampling: 'debug' }],
    ['a decision left open', `${TRACE_ID}-${SPAN_ID}`, { ids, sampling: 'defer' }],
    ['a deny without ids', '0', { sampling: 'deny' }],
    ['an accept without ids', '1', { sampling: 'accept' }],
    ['a debug without ids', 'd', { sampling: 'debug' }],
    ['ids in upper case', `${TRACE_ID}-${SPAN_ID}-1`.toUpperCase(), { ids, sampling: 'accept' }],
    [
      'a 64-bit trace id, padded',
      `${SPAN_ID}-${SPAN_ID}-1`,
      { ids: { traceId: `0000000000000000${SPAN_ID}`, spanId: SPAN_ID }, sampling: 'accept' },
    ],
  ])('The single B3 header is parsed: %s', (_what, b3, state) => {
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
      { 'x-b3-traceid': TRACE_ID.toUpperCase(), 'x-b3-spanid': SPAN_ID },
      { ids, sampling: 'defer' },
    ],
    [
      'sent twice',
      { 'x-b3-traceid': [TRACE_ID, 'other'], 'x-b3-spanid': `${SPAN_ID}, other` },
      { ids, sampling: 'defer' },
    ],
  ])('The multiple B3 headers are parsed: %s', (_what, headers, state) => {
    expect(read(headers)).toEqual(state);
  });

  it('The single B3 header takes precedence over the multiple ones', () => {
    expect(read({ ...multi, b3: `${PARENT_ID}-${PARENT_ID}-0` })).toMatchObject({ sampling: 'deny' });
  });

  it.each([
    'garbage',
    `zz${TRACE_ID}-${SPAN_ID}-1zz`,
    `${TRACE_ID}-${SPAN_ID}-2`,
    `${'0'.repeat(32)}-${SPAN_ID}-1`,
    '',
  ])('The multiple B3 headers are used if the single header is the malformed "%s"', (b3) => {
    expect(read({ b3, ...multi })).toEqual({ ids, sampling: 'defer' });
    expect(read({ b3 })).toBeUndefined();
  });

  it.each([
    [{}],
    [{ 'x-b3-traceid': TRACE_ID }],
    [{ 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': '0'.repeat(16) }],
    [{ 'x-b3-traceid': TRACE_ID.slice(1), 'x-b3-spanid': SPAN_ID }],
  ])('B3 headers without a context are ignored: %j', (headers) => {
    expect(read(headers)).toBeUndefined();
  });

  it('Any B3 headers give valid IDs or none', () => {
    const part = fc.oneof(fc.string(), fc.constantFrom(TRACE_ID, SPAN_ID, '0', '1', 'd', '-'));
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
