import { attributes } from '@lantern/telemetry-model/testing';
import { describe, expect, it } from '@jest/globals';
import { ownAttributes, spanWarnings } from './span-warnings.js';

describe('spanWarnings', () => {
  it('tells what a backend has to say about the span', () => {
    const warnings = ['clock skew adjustment disabled', 'Invalid span link removed'];
    expect(spanWarnings({ attributes: attributes({ '@jaeger@warnings': warnings }) })).toEqual(warnings);
    expect(spanWarnings({ attributes: attributes({ '@jaeger@warnings': 'one' }) })).toEqual(['one']);
    expect(spanWarnings({ attributes: attributes({ 'user.id': '1' }) })).toEqual([]);
  });
});

describe('ownAttributes', () => {
  it('leaves the sender’s attributes as they came', () => {
    const sent = attributes({ 'user.id': '1', '@jaeger@warnings': ['x'], product: 'laptop' });
    expect(ownAttributes({ attributes: sent }).map(({ key }) => key)).toEqual(['user.id', 'product']);
  });
});
