import { describe, expect, it } from '@jest/globals';
import { isMetricQuery, searchedTexts, withFieldFilter, withLineFilter } from './query-edit.js';

describe('isMetricQuery', () => {
  it.each([
    ['{service="a"} |= "b"', false],
    ['({service="a"})', false],
    ['# why\n{service="a"}', false],
    ['rate({service="a"}[5m])', true],
    ['sum by (x) (rate({service="a"}[5m])) / 2', true],
    ['', false],
  ])('%s: %s', (query, isMetric) => {
    expect(isMetricQuery(query)).toBe(isMetric);
  });
});

describe('withFieldFilter', () => {
  it.each([
    ['{service="a"} |= "}"', 'label', '{service="a", env="x \\"y\\""} |= "}"'],
    ['{}', 'label', '{env="x \\"y\\""}'],
    ['{service="a",}', 'label', '{service="a",env="x \\"y\\""}'],
    ['{service="a"}', 'metadata', '{service="a"} | env = "x \\"y\\""'],
    ['{service="a"}', 'json', '{service="a"} | json | env = "x \\"y\\""'],
    ['{service="a"} | json | b="c"', 'json', '{service="a"} | json | b="c" | env = "x \\"y\\""'],
  ] as const)('withFieldFilter narrows %s by a %s', (query, origin, narrowed) => {
    expect(withFieldFilter(query, { key: 'env', value: 'x "y"', operator: '=', origin })).toBe(narrowed);
  });

  it('withFieldFilter names a field as Loki does', () => {
    const filter = { key: 'http.status-code', value: '500', operator: '!=', origin: 'json' } as const;
    expect(withFieldFilter('{a="b"} | json', filter)).toBe('{a="b"} | json | http_status_code != "500"');
  });
});

describe('withLineFilter', () => {
  it('withLineFilter adds the filter before all parsers', () => {
    expect(withLineFilter('{a="b"} | json', 'x')).toBe('{a="b"} |= "x" | json');
  });
});

describe('searchedTexts', () => {
  it('searchedTexts returns the texts of line filters', () => {
    expect(searchedTexts('{a="b"} |= "one" != "two" |= `three` |~ "f.*" | x="y" |= "fo\\"ur"')).toEqual([
      'one',
      'three',
      'fo"ur',
    ]);
  });
});
