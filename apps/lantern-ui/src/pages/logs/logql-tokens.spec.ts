import { describe, expect, it } from '@jest/globals';
import { logqlTokens } from './logql-tokens.js';

const kinds = (query: string): string[] => logqlTokens(query).map(({ kind, text }) => `${kind} ${text}`);

describe('logqlTokens', () => {
  it('logqlTokens splits a query into tokens', () => {
    expect(kinds('sum by (level) (rate({service="a"} |= `b` | json | status >= 500 [5m])) # why')).toEqual([
      'function sum',
      'keyword by',
      'punctuation (',
      'name level',
      'punctuation )',
      'punctuation (',
      'function rate',
      'punctuation (',
      'punctuation {',
      'name service',
      'operator =',
      'string "a"',
      'punctuation }',
      'operator |=',
      'string `b`',
      'operator |',
      'keyword json',
      'operator |',
      'name status',
      'operator >=',
      'number 500',
      'range [5m]',
      'punctuation )',
      'punctuation )',
      'comment # why',
    ]);
  });

  it.each([
    ['{service="or', true],
    ['{service="or"', false],
    ['{service="a\\"', true],
    ['{service="a\\\\"', false],
    ['{service="', true],
    ['rate({} [5', true],
  ])('logqlTokens detects whether the last literal of %s is terminated', (query, isOpen) => {
    expect(logqlTokens(query).at(-1)?.isOpen).toBe(isOpen);
  });

  it('logqlTokens skips unknown text and nothing else', () => {
    expect(kinds('§ {a="b"} ☃')).toEqual([
      'punctuation {',
      'name a',
      'operator =',
      'string "b"',
      'punctuation }',
    ]);
  });
});
