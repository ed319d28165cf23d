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
  ])('at %s it is a %s', (query, what) => {
    expect(expected(query)?.what).toBe(what);
  });

  it.each(['{a="b"} |= "¦', '{a="b"} |= "wo¦', '{a="b"} # comment¦', 'rate({a="b"}[5¦', '{a="b"¦'])(
    'at %s there is nothing to complete',
    (query) => {
      expect(expected(query)).toBeUndefined();
    },
  );

  it('replaces the word that is begun', () => {
    expect(expected('{service="a"} | js¦')?.from).toBe(16);
    expect(expected('{service="or¦')?.from).toBe(10);
  });

  it('adds the quotes that are missing', () => {
    expect(expected('{service=¦')).toMatchObject({ open: '"', close: '"' });
    expect(expected('{service="¦')).toMatchObject({ open: '', close: '"' });
    expect(expected('{service="¦"}')).toMatchObject({ open: '', close: '' });
  });

  it('narrows the values by the matchers before', () => {
    expect(expected('{env="prod", zone!="b", service="¦')).toMatchObject({
      label: 'service',
      selector: '{env="prod", zone!="b"}',
    });
  });
});

describe('firstSelector', () => {
  it('ends where the selector ends, not where a text has a brace', () => {
    expect(firstSelector('sum(rate({a="}", b="c"} |= "{" [5m]))')).toBe('{a="}", b="c"}');
  });

  it('is empty while the selector is not finished', () => {
    expect(firstSelector('{a="b"')).toBe('');
  });
});
