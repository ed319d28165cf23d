import { SpanKind, StatusCode } from '@lantern/telemetry-model';
import type { TraceSearch } from '../../../api/trace-summaries.js';
import {
  any,
  compare,
  not,
  type FilterCall,
  type FilterLevel,
  type FilterReference,
} from '@lantern/query-api/search-query';

const field = (level: FilterLevel, name: string): FilterReference => ({ field: { level, name } });

/**
 * Returns the conditions of the form as filters, because the API accepts either a filter or form parameters. A tag is
 * searched where the form searches it: in the span, its resource, its scope, its events and its links.
 */
export const formFilters = (
  search: Pick<TraceSearch, 'service' | 'operation' | 'tags' | 'minDuration' | 'maxDuration'>,
): FilterCall[] => {
  const { service, operation, tags, minDuration, maxDuration } = search;
  return [
    ...(service === '' ? [] : [compare('eq', field('resource', 'service'), service)]),
    ...(operation === '' ? [] : [compare('eq', field('span', 'name'), operation)]),
    ...Object.entries(tags).map(([key, value]) => tagFilter(key, value)),
    ...(minDuration === '' ? [] : [compare('gte', field('span', 'duration'), minDuration)]),
    ...(maxDuration === '' ? [] : [compare('lte', field('span', 'duration'), maxDuration)]),
  ];
};

/** Handles the tag keys that Jaeger reserves, as a search without a filter does. */
const tagFilter = (key: string, value: string): FilterCall => {
  const failed = compare('eq', field('span', 'status'), 'error');
  const word = value.toLowerCase();
  if (key === 'error' && (word === 'true' || word === 'false')) return word === 'true' ? failed : not(failed);
  // Any other value matches spans without a kind, or without a status.
  if (key === 'span.kind')
    return compare('eq', field('span', 'kind'), Object.hasOwn(SpanKind, word) ? word : 'unspecified');
  if (key === 'span.status')
    return compare('eq', field('span', 'status'), Object.hasOwn(StatusCode, word) ? word : 'unset');
  if (key === 'scope.name') return compare('eq', field('scope', 'name'), value);
  if (key === 'scope.version') return compare('eq', field('scope', 'version'), value);
  const attribute = (name: string, level?: FilterLevel) =>
    compare('eq', { attr: level === undefined ? { key: name } : { key: name, level } }, value);
  if (key.startsWith('resource.')) return attribute(key.slice('resource.'.length), 'resource');
  return any([attribute(key), attribute(key, 'scope'), attribute(key, 'event'), attribute(key, 'link')]);
};
