import { milliseconds, setting } from '../environment.js';

/** Which traces this service keeps of those that the sampler decided against. */
export interface KeepRules {
  /** Those whose first span in this process ended as an error. */
  errors: boolean;
  /** Those whose first span in this process took at least this long, in milliseconds. */
  slowerThanMillis: number | undefined;
}

/** From `LANTERN_KEEP_ERRORS` and `LANTERN_KEEP_SLOWER_THAN` (milliseconds); undefined where neither is set. */
export const keepRules = (env: NodeJS.ProcessEnv): KeepRules | undefined => {
  const errors = setting(env, 'LANTERN_KEEP_ERRORS')?.toLowerCase() === 'true';
  const slowerThanMillis = milliseconds(env, 'LANTERN_KEEP_SLOWER_THAN');
  return errors || slowerThanMillis !== undefined ? { errors, slowerThanMillis } : undefined;
};
