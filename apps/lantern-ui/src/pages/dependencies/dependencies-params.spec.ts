import { expect, it } from '@jest/globals';
import { dependenciesPath, parseDependenciesParams } from './dependencies-params.js';

const read = (query: string) => parseDependenciesParams(new URLSearchParams(query));

it.each(['', 'lookback=1h&service=orders&depth=4', 'lookback=custom&start=1000&end=2000', 'service=a'])(
  'the URL of the dependencies page %p is formatted as it was parsed',
  (query) => {
    expect(dependenciesPath(read(query))).toBe(query === '' ? '/dependencies' : `/dependencies?${query}`);
  },
);

it('invalid parameters of the dependencies page are ignored', () => {
  expect(read('depth=99&lookback=x&start=5&end=2')).toEqual(read(''));
});
