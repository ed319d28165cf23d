import { hashKey, type QueryKey } from '@tanstack/react-query';

/**
 * Placeholder for a query: the previous answer, if it was an answer about the same subject. A subject is the first parts
 * of a query's key, such as a service or a version of a trace. Answers about another subject are never shown under the
 * name of this one.
 */
export const keepPreviousOf =
  (...subject: QueryKey) =>
  <T>(previous: T | undefined, query: { readonly queryKey: QueryKey } | undefined): T | undefined =>
    query !== undefined && hashKey(query.queryKey.slice(0, subject.length)) === hashKey(subject)
      ? previous
      : undefined;
