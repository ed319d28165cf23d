import { describe, expect, it } from '@jest/globals';
import { expectedAt, firstSelector } from './logql-completion.js';

/** Returns the completion place; `¦` marks the cursor. */
const expected = (query: string) => {
  const position = query.indexOf('¦');
  return expectedAt(query.replace('¦', ''), position);
};

describe('expectedAt', () => {
  it.each([
    ['¦', 'query'],
    ['su¦', 'query'],
    ['sum(¦', 'query'],
    ['{¦', 'label'],
    ['{ser¦', 'label'],
    ['{service="a", ¦', 'label'],
    ['{service¦', 'label'],
    ['{service ¦', 'label-operator'],
    ['{service=¦', 'label-value'],
    ['{service=~"or¦', 'label-value'],
    ['{service="a"} ¦', 'filter'],
    ['{service="a"} | json ¦', 'filter'],
    ['{service="a"} | ¦', 'stage'],
    ['{service="a"} | js¦', 'stage'],
    ['{service="a"} | json | st¦', 'stage'],
    ['sum by (¦', 'group'],
    ['sum by (level, ¦', 'group'],
    ['sum by (le¦) (rate({a="b"}[5m]))', 'group'],
  ])('the completion at %s is a %s', (query, what) => {
    expect(expected(query)?.what).toBe(what);
  });

  it.each(['{a="b"} |= "¦', '{a="b"} |= "wo¦', '{a="b"} # comment¦', 'rate({a="b"}[5¦', '{a="b"¦'])(
    'there is no completion at %s',
    (query) => {
      expect(expected(query)).toBeUndefined();
    },
  );

  it('a completion replaces the incomplete word', () => {
    expect(expected('{service="a"} | js¦')?.from).toBe(16);
    expect(expected('{service="or¦')?.from).toBe(10);
  });

  it('a completion adds missing quotes', () => {
    expect(expected('{service=¦')).toMatchObject({ open: '"', close: '"' });
    expect(expected('{service="¦')).toMatchObject({ open: '', close: '"' });
    expect(expected('{service="¦"}')).toMatchObject({ open: '', close: '' });
  });

  it('completion of values uses the preceding matchers', () => {
    expect(expected('{env="prod", zone!="b", service="¦')).toMatchObject({
      label: 'service',
      selector: '{env="prod", zone!="b"}',
    });
  });
});

describe('firstSelector', () => {
  it('firstSelector ends at the brace of the selector, not at one in a string', () => {
    expect(firstSelector('sum(rate({a="}", b="c"} |= "{" [5m]))')).toBe('{a="}", b="c"}');
  });

  it('firstSelector is empty if the selector is incomplete', () => {
    expect(firstSelector('{a="b"')).toBe('');
  });
});
