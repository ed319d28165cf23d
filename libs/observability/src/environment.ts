/**
 * A variable as https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ reads it: an
 * empty one is as good as unset.
 */
export function setting(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}
