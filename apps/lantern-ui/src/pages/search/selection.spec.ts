import { expect, it } from '@jest/globals';
import { comparePath, toggled, type Selection } from './selection.js';

it('traces are selected and deselected in order', () => {
  const chosen = ['a', 'b', 'a', 'c'].reduce<Selection>(toggled, []);
  expect(chosen).toEqual(['b', 'c']);
});

it('comparePath compares two traces, and more as a cohort, with the URLs of Jaeger', () => {
  expect(comparePath(['a'])).toBeUndefined();
  expect(comparePath(['a', 'b'])).toBe('/trace/a...b');
  expect(comparePath(['a', 'b', 'c'])).toBe('/trace/a...b?cohort=a&cohort=b&cohort=c');
});
