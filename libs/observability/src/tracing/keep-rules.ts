import { milliseconds, setting } from '../environment.js';

/** Rules by which this service keeps traces that the sampler rejected. */
export interface KeepRules {
  /** Keeps traces whose first span in this process ended as an error. */
  errors: boolean;
  /** Duration, in milliseconds, of a trace's first span in this process, from which the trace is kept. */
  slowerThanMillis: number | undefined;
}

/** Reads rules from `OBSERVABILITY_KEEP_ERRORS` and `OBSERVABILITY_KEEP_SLOWER_THAN` (milliseconds); undefined if both are unset. */
export const keepRules = (env: NodeJS.ProcessEnv): KeepRules | undefined => {
  const errors = setting(env, 'OBSERVABILITY_KEEP_ERRORS')?.toLowerCase() === 'true';
  const slowerThanMillis = milliseconds(env, 'OBSERVABILITY_KEEP_SLOWER_THAN');
  return errors || slowerThanMillis !== undefined ? { errors, slowerThanMillis } : undefined;
};
