import { hashKey, type QueryKey } from '@tanstack/react-query';

/**
 * Returns placeholder data for a query: the previous response, if it has the same subject. The subject is the first
 * part of the query key, such as a service or a version of a trace. Data on another subject is never shown under the
 * name of this one.
 */
export const keepPreviousOf =
  (...subject: QueryKey) =>
  <T>(previous: T | undefined, query: { readonly queryKey: QueryKey } | undefined): T | undefined =>
    query !== undefined && hashKey(query.queryKey.slice(0, subject.length)) === hashKey(subject)
      ? previous
      : undefined;
