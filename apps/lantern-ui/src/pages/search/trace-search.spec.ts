import { describe, expect, it } from '@jest/globals';
import { parseStructuredFilter } from '@lantern/query-api';
import { QuerySyntaxError } from '@lantern/query-api/search-query';
import { parseSearchParams } from './search-params.js';
import { traceSearchOf } from './trace-search.js';

const read = (query: string) => traceSearchOf(parseSearchParams(new URLSearchParams(query)));
const searchOf = (query: string) => read(query).search;

const filterOf = (query: string): unknown => {
  const { search, problem } = read(query);
  expect(problem).toBeUndefined();
  parseStructuredFilter(search.filter);
  return JSON.parse(search.filter);
};

describe('traceSearchOf', () => {
  it('a search without a query uses the parameters of the form', () => {
    expect(searchOf('service=orders&minDuration=1s')).toMatchObject({
      service: 'orders',
      minDuration: '1s',
      filter: '',
    });
  });

  it('a search requests the order of the list, and the newest traces if the server does not support it', () => {
    const orderOf = (sort: string) => searchOf(`sort=${sort}`).orderBy;
    expect(['longest', 'errors', 'spans', 'services', 'name', 'recent'].map(orderOf)).toEqual([
      'longest',
      'mostErrors',
      'mostSpans',
      'recent',
      'recent',
      'recent',
    ]);
  });

  it('form and query are combined in one filter, because the API does not accept both', () => {
    const search = searchOf('service=orders&operation=pay&minDuration=1s&maxDuration=2s&query=a%3D1+b%3D2');
    expect(search).toMatchObject({ service: '', operation: '', minDuration: '', maxDuration: '' });
    const filter = filterOf('service=orders&operation=pay&minDuration=1s&maxDuration=2s&query=a%3D1+b%3D2');
    expect(filter).toMatchObject({ op: 'and' });
    expect((filter as { args: unknown[] }).args).toHaveLength(6);
  });

  it('the filter searches the tags of the form at the same levels', () => {
    expect(filterOf('tags={"user.id":"1"}&query=a%3D1')).toMatchObject({
      op: 'and',
      args: [
        { call: { op: 'or', args: [{}, {}, {}, {}] } },
        { call: { op: 'eq', args: [{ attr: { key: 'a' } }, { scalar: { value: '1' } }] } },
      ],
    });
  });

  it.each([
    [
      'error',
      'true',
      { op: 'eq', args: [{ field: { level: 'span', name: 'status' } }, { scalar: { value: 'error' } }] },
    ],
    ['span.kind', 'server', { op: 'eq', args: [{ field: { level: 'span', name: 'kind' } }, {}] }],
    ['span.status', 'ERROR', { op: 'eq', args: [{}, { scalar: { value: 'error' } }] }],
    ['scope.name', 'x', { op: 'eq', args: [{ field: { level: 'scope', name: 'name' } }, {}] }],
    ['resource.host.name', 'x', { op: 'eq', args: [{ attr: { level: 'resource', key: 'host.name' } }, {}] }],
  ])('the filter handles the reserved tag %s', (key, value, expected) => {
    const filter = filterOf(`tags=${encodeURIComponent(JSON.stringify({ [key]: value }))}&query=a%3D1`);
    expect((filter as { args: { call: unknown }[] }).args[0]?.call).toMatchObject(expected);
  });

  it('an invalid query results in an error and no request', () => {
    expect(read('query=duration+%3E').problem).toBeInstanceOf(QuerySyntaxError);
  });

  it('a filter by a second service requests more traces', () => {
    expect(searchOf('limit=50&with=gateway')).toMatchObject({ limit: 500 });
  });
});
