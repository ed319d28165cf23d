import { describe, expect, it } from '@jest/globals';
import { QueryClient } from '@tanstack/react-query';
import { attributeKeysQuery, attributeValuesQuery } from '../../api/attributes.js';
import { servicesQuery } from '../../api/services.js';
import { lookbackRange } from '../../time-range/time-range.js';
import { queryCompletions, tagCompletions } from './completions.js';
import { completionAt } from './query/completion.js';
import { tagPlaceAt } from './tags.js';

const scope = { service: '', range: lookbackRange('1h') };
const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
client.setQueryData(servicesQuery().queryKey, ['api-gateway', 'order service']);
client.setQueryData(attributeKeysQuery(scope).queryKey, [
  { key: 'http.route', type: 'string', count: 1_200, levels: ['span'] },
  { key: 'duration', type: 'int', count: 3, levels: ['span'] },
  { key: 'exception.type', type: 'string', count: 7, levels: ['event'] },
]);
client.setQueryData(attributeValuesQuery(scope, 'http.route', '/u').queryKey, [
  { value: '/users/:id', count: 9 },
]);

const inQuery = async (text: string) => {
  const options = await queryCompletions(client, scope, completionAt(text, text.length));
  return options.map(({ insert }) => insert);
};
const inTags = async (text: string) => {
  const options = await tagCompletions(client, scope, tagPlaceAt(text, text.length));
  return options.map(({ insert }) => insert);
};

describe('completion of a query', () => {
  it('completion of a query offers fields and attributes, those with the prefix first', async () => {
    expect(await inQuery('dur')).toEqual(['duration ', '"duration" ', 'traceDuration ']);
    expect(await inQuery('route')).toEqual(['http.route ']);
  });

  it('completion of a query adds the level to attributes that only events have', async () => {
    expect(await inQuery('exception')).toEqual(['event.exception.type ']);
  });

  it('completion of a query offers the operators of a field', async () => {
    expect(await inQuery('duration ')).toEqual(['> ', '>= ', '< ', '<= ']);
    expect(await inQuery('status ')).toEqual(['= ', '!= ']);
  });

  it('completion of a query offers values, in quotes if they need them', async () => {
    expect(await inQuery('service = o')).toEqual(['"order service" ']);
    expect(await inQuery('kind = cli')).toEqual(['client ']);
    expect(await inQuery('http.route = /u')).toEqual(['/users/:id ']);
  });

  it('completion of a query offers and, or', async () => {
    expect(await inQuery('duration > 1s ')).toEqual(['and ', 'or ']);
  });
});

it('completion of tags offers keys and values', async () => {
  expect(await inTags('http')).toEqual(['http.route=']);
  expect(await inTags('http.route=/u')).toEqual(['/users/:id ']);
  expect(await inTags('err')).toEqual(['error=true ']);
});
