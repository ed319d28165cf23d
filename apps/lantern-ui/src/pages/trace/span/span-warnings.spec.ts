import { attributes } from '@lantern/telemetry-model/testing';
import { describe, expect, it } from '@jest/globals';
import { ownAttributes, spanWarnings } from './span-warnings.js';

describe('spanWarnings', () => {
  it('spanWarnings returns the warnings of a backend', () => {
    const warnings = ['clock skew adjustment disabled', 'Invalid span link removed'];
    expect(spanWarnings({ attributes: attributes({ '@jaeger@warnings': warnings }) })).toEqual(warnings);
    expect(spanWarnings({ attributes: attributes({ '@jaeger@warnings': 'one' }) })).toEqual(['one']);
    expect(spanWarnings({ attributes: attributes({ 'user.id': '1' }) })).toEqual([]);
  });
});

describe('ownAttributes', () => {
  it('ownAttributes returns the attributes of the sender unchanged', () => {
    const sent = attributes({ 'user.id': '1', '@jaeger@warnings': ['x'], product: 'laptop' });
    expect(ownAttributes({ attributes: sent }).map(({ key }) => key)).toEqual(['user.id', 'product']);
  });
});
