import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './http.js';

/** Retry interval while Lantern does not answer, so that pages recover without a reload. */
const RECOVERY_MILLIS = 3_000;

/** Returns the refetch interval after a transient failure; false without one. */
export const recoveryInterval = ({ state: { error } }: { readonly state: { readonly error: unknown } }) =>
  error instanceof ApiError && error.isTransient ? RECOVERY_MILLIS : false;

/**
 * Creates the query client. Responses stay fresh for a few seconds, so that pages share them; focusing the window
 * refetches older ones.
 */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // Lantern runs on this host or near it, so transient failures are retried at once.
        retry: (failures, error) => failures < 2 && error instanceof ApiError && error.isTransient,
        retryDelay: 300,
        refetchInterval: recoveryInterval,
        // The browser may report that it is offline although Lantern runs on the loopback interface.
        networkMode: 'always',
      },
    },
  });
