import { type Context, propagation } from '@opentelemetry/api';
import { setting } from '../environment.js';

/** Baggage key of a request of a trace test, and its key on the first span of each service. Its value names the test. */
export const TEST_REQUEST_KEY = 'lantern.test';

// Safe in attributes and queries.
const acceptable = /^[\w.:-]{1,128}$/;

/**
 * Whether requests of trace tests are accepted: by `OBSERVABILITY_TEST_REQUESTS`, else everywhere except in production,
 * where a caller could have each of its requests sampled and sent at once.
 */
export const acceptsTestRequests = (env: NodeJS.ProcessEnv): boolean => {
  const given = setting(env, 'OBSERVABILITY_TEST_REQUESTS')?.toLowerCase();
  return given === undefined ? setting(env, 'NODE_ENV') !== 'production' : given === 'true' || given === '1';
};

let accepted = acceptsTestRequests(process.env);

/** Valid for the whole process. */
export const setTestRequests = (value: boolean): void => {
  accepted = value;
};

/**
 * Returns the name of the test that a request belongs to. An untrusted edge discards the baggage of its callers, so that its
 * requests belong to none.
 */
export const testRequestOf = (ctx: Context): string | undefined => {
  if (!accepted) return undefined;
  const value = propagation.getBaggage(ctx)?.getEntry(TEST_REQUEST_KEY)?.value;
  return value !== undefined && acceptable.test(value) ? value : undefined;
};
