import { describe, expect, it } from '@jest/globals';
import { searchWords, withSearch } from './recent-searches.js';
import { parseSearchParams } from './search-params.js';

const stateOf = (query: string) => parseSearchParams(new URLSearchParams(query));

describe('withSearch', () => {
  it('recent searches have the latest first, each once, independent of display options', () => {
    const recent = ['a', 'b', 'b&sort=longest&view=table&live=1'].reduce<readonly string[]>(
      (old, service) => withSearch(old, stateOf(`service=${service}`)),
      [],
    );
    expect(recent).toEqual(['service=b', 'service=a']);
  });

  it('recent searches are at most ten, and none without conditions', () => {
    let recent: readonly string[] = [];
    for (let n = 0; n < 12; n++) recent = withSearch(recent, stateOf(`service=s${n}`));
    expect([recent.length, recent[0]]).toEqual([10, 'service=s11']);
    expect(withSearch(recent, stateOf('limit=50'))).toBe(recent);
  });
});

it('searchWords describes a search in one line', () => {
  expect(
    searchWords(
      stateOf(
        'service=a&operation=b&tags={"error":"true"}&query=x>1&minDuration=1s&maxTraceDuration=9s&with=c',
      ),
    ),
  ).toBe('a b error=true x>1 ≥ 1s trace ≤ 9s with c');
});
