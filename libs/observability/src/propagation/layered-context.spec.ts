import { ROOT_CONTEXT, createContextKey, propagation, trace } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { LayeredContext, contextKeyOf } from './layered-context.js';

const [a, b, c] = ['a', 'b', 'c'].map(createContextKey) as [symbol, symbol, symbol];

describe('LayeredContext', () => {
  const base = ROOT_CONTEXT.setValue(a, 1);

  it('adds a value and keeps those below, which it does not change', () => {
    const context = new LayeredContext(base, b, 2).setValue(c, 3);
    expect([a, b, c].map((key) => context.getValue(key))).toEqual([1, 2, 3]);
    expect(base.getValue(b)).toBeUndefined();
  });

  it('replaces and deletes values for itself alone', () => {
    const context = new LayeredContext(base, b, 2);
    expect(context.setValue(b, 4).setValue(b, 5).getValue(b)).toBe(5);
    expect(context.deleteValue(a).getValue(a)).toBeUndefined();
    expect(context.deleteValue(b).getValue(b)).toBeUndefined();
    expect([a, b].map((key) => context.getValue(key))).toEqual([1, 2]);
  });

  it('is as deep as the kinds of its values, however often one is set', () => {
    let context = new LayeredContext(base, b, 0).setValue(c, 0);
    for (let round = 0; round < 200_000; round++) context = context.setValue(c, round);
    expect(context.getValue(a)).toBe(1);
  });

  it('is a context for the whole API', () => {
    const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 });
    const baggage = propagation.createBaggage({ tenant: { value: 'acme' } });
    const context = propagation.setBaggage(trace.setSpan(new LayeredContext(base, b, 2), span), baggage);
    expect(trace.getSpan(context)).toBe(span);
    expect(propagation.getBaggage(context)).toBe(baggage);
    expect(trace.getSpan(trace.deleteSpan(context))).toBeUndefined();
  });
});

describe('contextKeyOf', () => {
  it('finds the key behind a function of the API', () => {
    const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 });
    const key = contextKeyOf((probe) => trace.setSpan(probe, span));
    expect(trace.setSpan(ROOT_CONTEXT, span).getValue(key)).toBe(span);
  });

  it('says so when there is none', () => {
    expect(() => contextKeyOf(() => undefined)).toThrow('elsewhere');
  });
});
