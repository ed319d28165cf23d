import { expect, it } from '@jest/globals';
import { comparePath, toggled, type Selection } from './selection.js';

it('chooses and un-chooses traces in their order', () => {
  const chosen = ['a', 'b', 'a', 'c'].reduce<Selection>(toggled, []);
  expect(chosen).toEqual(['b', 'c']);
});

it('compares two traces, and more as a cohort, at the addresses of Jaeger', () => {
  expect(comparePath(['a'])).toBeUndefined();
  expect(comparePath(['a', 'b'])).toBe('/trace/a...b');
  expect(comparePath(['a', 'b', 'c'])).toBe('/trace/a...b?cohort=a&cohort=b&cohort=c');
});
