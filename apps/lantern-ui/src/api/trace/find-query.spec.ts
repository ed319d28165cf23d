import { describe, expect, it } from '@jest/globals';
import { FindQuery } from './find-query.js';

describe('what is looked for in a trace', () => {
  it.each([
    ['timeout Refused', ['timeout', 'refused'], []],
    ['  "Connection  refused" sqlite', ['connection  refused', 'sqlite'], []],
    ['http.route="/users/:id list"', ['http.route=/users/:id list'], []],
    ['roles=["a b","c"] x', ['roles=["a b","c"]', 'x'], []],
    ['"not closed yet', ['not closed yet'], []],
    ['500 -http.status -"a b"', ['500'], ['http.status', 'a b']],
    ['"-5" user-service', ['-5', 'user-service'], []],
    ['- "" " "', [], []],
    ['', [], []],
  ])('FindQuery parses %s', (text, words, leftOut) => {
    expect(new FindQuery(text)).toEqual({ words, leftOut });
  });

  it('a text matches a search if it contains one of its words, in upper or lower case', () => {
    const query = new FindQuery('Timeout refused -retry');
    expect(['read TIMEOUT', 'was refused', 'retry', ''].map((text) => query.isIn(text))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(['http.Retry_count', 'http.method'].map((key) => query.leavesOut(key))).toEqual([true, false]);
  });
});
