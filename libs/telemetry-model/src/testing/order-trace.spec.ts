import { describe, expect, it } from '@jest/globals';
import { durationNano, type Span } from '../span.js';
import { spansOf } from '../trace.js';
import { millis, orderTrace } from './index.js';

const find = (spans: readonly Span[], name: string): Span | undefined =>
  spans.find((span) => span.name === name);

describe('the builder of the order trace', () => {
  it('creates the ten spans of a placed order', () => {
    const spans = [...spansOf(orderTrace().resourceSpans)].map(({ span }) => span);
    expect(spans).toHaveLength(10);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(10);
    const [root] = spans;
    expect(root).toMatchObject({ name: 'POST /orders', parentSpanId: undefined });
    expect(root && durationNano(root)).toBe(millis(100));
  });

  it('fails the payment before the insert with failed', () => {
    const spans = [...spansOf(orderTrace({ failed: true }).resourceSpans)].map(({ span }) => span);
    expect(find(spans, 'INSERT orders')).toBeUndefined();
    expect(find(spans, 'calculate_total')).toMatchObject({
      status: { code: 2, message: 'Payment gateway timeout: Unable to reach provider' },
      events: [{ name: 'exception' }],
    });
  });
});
