import { expect, it } from '@jest/globals';
import { dependenciesPath, parseDependenciesParams } from './dependencies-params.js';

const read = (query: string) => parseDependenciesParams(new URLSearchParams(query));

it.each(['', 'lookback=1h&service=orders&depth=4', 'lookback=custom&start=1000&end=2000', 'service=a'])(
  'keeps what the address %p says',
  (query) => {
    expect(dependenciesPath(read(query))).toBe(query === '' ? '/dependencies' : `/dependencies?${query}`);
  },
);

it('takes what it cannot read as absent', () => {
  expect(read('depth=99&lookback=x&start=5&end=2')).toEqual(read(''));
});
