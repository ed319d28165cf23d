import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './http.js';

/** How often to ask again what Lantern did not answer: pages recover without a reload when it is back. */
const RECOVERY_MILLIS = 3_000;

/** Interval of refetches after a failure that may pass; false while there is none. */
export const recoveryInterval = ({ state: { error } }: { readonly state: { readonly error: unknown } }) =>
  error instanceof ApiError && error.isTransient ? RECOVERY_MILLIS : false;

/** Answers are kept for a few seconds: pages share them, and coming back to a window asks again. */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // Lantern is on this machine or near it: a fault that a retry can cure is cured at once.
        retry: (failures, error) => failures < 2 && error instanceof ApiError && error.isTransient,
        retryDelay: 300,
        refetchInterval: recoveryInterval,
        // The browser may believe to be offline while Lantern runs on the loopback.
        networkMode: 'always',
      },
    },
  });
