import { ROOT_CONTEXT, createContextKey, propagation, trace } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { LayeredContext, contextKeyOf } from './layered-context.js';

const [a, b, c] = ['a', 'b', 'c'].map(createContextKey) as [symbol, symbol, symbol];

describe('LayeredContext', () => {
  const base = ROOT_CONTEXT.setValue(a, 1);

  it('LayeredContext adds a value and keeps the values of its parent unchanged', () => {
    const context = new LayeredContext(base, b, 2).setValue(c, 3);
    expect([a, b, c].map((key) => context.getValue(key))).toEqual([1, 2, 3]);
    expect(base.getValue(b)).toBeUndefined();
  });

  it('LayeredContext replaces and deletes values for itself only', () => {
    const context = new LayeredContext(base, b, 2);
    expect(context.setValue(b, 4).setValue(b, 5).getValue(b)).toBe(5);
    expect(context.deleteValue(a).getValue(a)).toBeUndefined();
    expect(context.deleteValue(b).getValue(b)).toBeUndefined();
    expect([a, b].map((key) => context.getValue(key))).toEqual([1, 2]);
  });

  it('The depth of a LayeredContext is the number of its keys, however often one is set', () => {
    let context = new LayeredContext(base, b, 0).setValue(c, 0);
    for (let round = 0; round < 200_000; round++) context = context.setValue(c, round);
    expect(context.getValue(a)).toBe(1);
  });

  it('LayeredContext works with the whole OpenTelemetry API', () => {
    const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 });
    const baggage = propagation.createBaggage({ tenant: { value: 'acme' } });
    const context = propagation.setBaggage(trace.setSpan(new LayeredContext(base, b, 2), span), baggage);
    expect(trace.getSpan(context)).toBe(span);
    expect(propagation.getBaggage(context)).toBe(baggage);
    expect(trace.getSpan(trace.deleteSpan(context))).toBeUndefined();
  });
});

describe('contextKeyOf', () => {
  it('contextKeyOf returns the key that a function of the API uses', () => {
    const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 });
    const key = contextKeyOf((probe) => trace.setSpan(probe, span));
    expect(trace.setSpan(ROOT_CONTEXT, span).getValue(key)).toBe(span);
  });

  it('contextKeyOf throws an error if there is no key', () => {
    expect(() => contextKeyOf(() => undefined)).toThrow('elsewhere');
  });
});
