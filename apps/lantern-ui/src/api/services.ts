import type { V3Operations, V3Services } from '@lantern/query-api/wire';
import { queryOptions } from '@tanstack/react-query';
import { getJson } from './http.js';

/** Query for the names of all services with spans, sorted. */
export const servicesQuery = () =>
  queryOptions({
    queryKey: ['services'],
    queryFn: async ({ signal }) => {
      const { services } = (await getJson({ path: '/api/v3/services', signal })) as Partial<V3Services>;
      return (services ?? []).toSorted((a, b) => a.localeCompare(b));
    },
  });

/** Query for the unique operation names of a service, sorted. */
export const operationsQuery = (service: string) =>
  queryOptions({
    queryKey: ['operations', service],
    enabled: service !== '',
    queryFn: async ({ signal }) => {
      const { operations } = (await getJson({
        path: '/api/v3/operations',
        params: { service },
        signal,
      })) as Partial<V3Operations>;
      const names = new Set((operations ?? []).map(({ name }) => name));
      return [...names].sort((a, b) => a.localeCompare(b));
    },
  });
