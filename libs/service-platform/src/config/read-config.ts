import { displayUrl } from '@lantern/observability';
import type { z } from 'zod';
import { StartError } from '../errors/start-error.js';

/** A wrong environment. */
export class ConfigError extends StartError {
  override readonly name = 'ConfigError';
}

/**
 * Reads the environment by a schema whose keys are the names of the variables.
 * Each field says in its `meta` what is allowed (`description`) and whether its value is a `secret`.
 * A variable set to nothing counts as not set: compose files and shells leave such ones behind.
 *
 * @throws ConfigError that names each wrong variable, its value and what is allowed.
 */
export function readConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): Readonly<z.output<Schema>> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, env[name] === '' ? undefined : env[name]]),
  );
  const result = schema.safeParse(given);
  if (result.success) return Object.freeze(result.data);

  const wrong = new Set(result.error.issues.map((issue) => String(issue.path[0])));
  throw new ConfigError(
    [...wrong].map((name) => explain(name, given[name], schema.shape[name] as z.ZodType)).join('\n'),
  );
}

function explain(name: string, value: string | undefined, field: z.ZodType): string {
  const { description, secret } = field.meta() ?? {};
  const found = value === undefined ? 'is not set' : `is ${secret ? withoutSecrets(value) : `"${value}"`}`;
  return `${name} ${found}, but must be ${description ?? 'something else'}.`;
}

/** Of a URL that may carry a password only what cannot hold it: scheme, host and path. */
function withoutSecrets(value: string): string {
  return URL.canParse(value) && new URL(value).host !== '' ? `"${displayUrl(value)}"` : '(hidden)';
}
