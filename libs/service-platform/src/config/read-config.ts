import { displayUrl } from '@lantern/observability';
import type { z } from 'zod';
import { StartError } from '../errors/start-error.js';

/** Invalid environment variables. */
export class ConfigError extends StartError {
  override readonly name = 'ConfigError';
}

/**
 * Parses the environment with a schema whose keys are the names of the variables.
 * The `meta` of a field describes the allowed values (`description`) and marks a `secret`.
 * An empty variable counts as not set, because compose files and shells define such variables.
 *
 * @throws ConfigError with each invalid variable, its value and the allowed values.
 */
export const readConfig = <Schema extends z.ZodObject>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): Readonly<z.output<Schema>> => {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, env[name] === '' ? undefined : env[name]]),
  );
  const result = schema.safeParse(given);
  if (result.success) return Object.freeze(result.data);

  const wrong = new Set(result.error.issues.map((issue) => String(issue.path[0])));
  throw new ConfigError(
    [...wrong].map((name) => explain(name, given[name], schema.shape[name] as z.ZodType)).join('\n'),
  );
};

const explain = (name: string, value: string | undefined, field: z.ZodType): string => {
  const { description, secret } = field.meta() ?? {};
  const found = value === undefined ? 'is not set' : `is ${secret ? withoutSecrets(value) : `"${value}"`}`;
  return `${name} ${found}, but must be ${description ?? 'something else'}.`;
};

/** Returns the parts of a URL that cannot contain a password: scheme, host and path. */
const withoutSecrets = (value: string): string => {
  return URL.canParse(value) && new URL(value).host !== '' ? `"${displayUrl(value)}"` : '(hidden)';
};
