import { diag } from '@opentelemetry/api';

/**
 * A variable as https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ reads it: an
 * empty variable counts as unset.
 */
export const setting = (env: NodeJS.ProcessEnv, name: string): string | undefined => {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
};

/** Returns a variable in milliseconds; undefined, with a warning, if it is no number above 0. */
export const milliseconds = (env: NodeJS.ProcessEnv, name: string): number | undefined => {
  const given = setting(env, name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (value > 0) return value;
  diag.warn(`${name} is "${given}" but must be a number of milliseconds above 0; it is ignored.`);
  return undefined;
};
