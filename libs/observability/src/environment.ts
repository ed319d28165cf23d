import { diag } from '@opentelemetry/api';

/**
 * A variable as https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ reads it: an
 * empty variable counts as unset.
 */
export const setting = (env: NodeJS.ProcessEnv, name: string): string | undefined => {
  const value = env[name]?.trim();
  if (value !== undefined && value !== '') return value;
  const formerName = formerNameOf(name);
  return formerName === undefined ? undefined : setting(env, formerName);
};

/** Prefix of the variables of this library. `LANTERN_` belongs to the backend. */
const PREFIX = 'OBSERVABILITY_';
const FORMER_PREFIX = 'LANTERN_';

const renamed = [`${PREFIX}EXIT_TIMEOUT`, `${PREFIX}KEEP_ERRORS`, `${PREFIX}KEEP_SLOWER_THAN`];

const formerNameOf = (name: string): string | undefined =>
  name.startsWith(PREFIX) ? FORMER_PREFIX + name.slice(PREFIX.length) : undefined;

/** Warns of variables that are set under the name that they had before; they still have their effect. */
export const reportRenamedVariables = (env: NodeJS.ProcessEnv): void => {
  for (const name of renamed) {
    const formerName = formerNameOf(name);
    if (formerName === undefined || setting(env, formerName) === undefined) continue;
    const isIgnored = (env[name]?.trim() ?? '') !== '';
    diag.warn(
      `${formerName} is now called ${name}${isIgnored ? ', which is set too; the former is ignored' : '; rename it'}.`,
    );
  }
};

/** Returns a variable that is `true` or `false`; undefined, with a warning, if it is anything else. */
export const booleanSetting = (env: NodeJS.ProcessEnv, name: string): boolean | undefined => {
  const given = setting(env, name)?.toLowerCase();
  if (given === undefined || given === 'true' || given === 'false')
    return given === undefined ? undefined : given === 'true';
  diag.warn(`${name} is "${given}" but must be true or false; it is ignored.`);
  return undefined;
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

/**
 * Whether an integration is on, by its name among OpenTelemetry's instrumentations: unless
 * `OTEL_NODE_DISABLED_INSTRUMENTATIONS` names it, or `OTEL_NODE_ENABLED_INSTRUMENTATIONS` names others alone, or the
 * application brings an instrumentation of that name.
 */
export const isInstrumented = (env: NodeJS.ProcessEnv, name: string): boolean =>
  !(namesOf(env, 'OTEL_NODE_DISABLED_INSTRUMENTATIONS') ?? []).includes(name) &&
  namesOf(env, 'OTEL_NODE_ENABLED_INSTRUMENTATIONS')?.includes(name) !== false &&
  !replaced.has(name);

const PACKAGE_PREFIX = '@opentelemetry/instrumentation-';

/** Integrations that instrumentations of the application replace. */
const replaced = new Set<string>();

/** Turns off the integrations of the same names as these instrumentations: `@opentelemetry/instrumentation-pg`. */
export const replaceIntegrations = (instrumentations: readonly string[]): void => {
  for (const name of instrumentations) {
    if (name.startsWith(PACKAGE_PREFIX)) replaced.add(name.slice(PACKAGE_PREFIX.length));
  }
};

const namesOf = (env: NodeJS.ProcessEnv, name: string): string[] | undefined =>
  setting(env, name)
    ?.split(',')
    .map((each) => each.trim());
