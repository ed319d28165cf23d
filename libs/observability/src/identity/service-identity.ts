import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setting } from '../environment.js';

/** Identity of the service: the same values on spans, log lines and Loki labels. */
export interface ServiceIdentity {
  name: string;
  version?: string;
  /** `production`, `staging`, …; `development` by default. */
  environment: string;
}

/**
 * Reads the name from `OTEL_SERVICE_NAME`, then `OTEL_RESOURCE_ATTRIBUTES`, then the package.json of the program, then
 * falls back to the specification's `unknown_service:node`. The environment falls back to `NODE_ENV`.
 */
export const serviceIdentity = (env: NodeJS.ProcessEnv, program = process.argv[1]): ServiceIdentity => {
  const attributes = resourceAttributes(env);
  const manifest = program === undefined ? undefined : nearestManifest(dirname(program));
  const version = attributes['service.version'] ?? manifest?.version;
  return {
    name:
      setting(env, 'OTEL_SERVICE_NAME') ??
      attributes['service.name'] ??
      manifest?.name?.replace(/^@[^/]*\//, '') ??
      'unknown_service:node',
    ...(version === undefined ? {} : { version }),
    environment:
      attributes['deployment.environment.name'] ??
      attributes['deployment.environment'] ??
      setting(env, 'NODE_ENV') ??
      'development',
  };
};

/**
 * `OTEL_RESOURCE_ATTRIBUTES`: `key=value` pairs between commas, values percent-encoded. Pairs that cannot be read
 * are left out. https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
 */
export const resourceAttributes = (env: NodeJS.ProcessEnv): Partial<Record<string, string>> => {
  const attributes: Record<string, string> = {};
  for (const pair of (env.OTEL_RESOURCE_ATTRIBUTES ?? '').split(',')) {
    const at = pair.indexOf('=');
    const key = pair.slice(0, at).trim();
    if (at < 1 || key === '') continue;
    try {
      attributes[key] = decodeURIComponent(pair.slice(at + 1).trim());
    } catch {
      continue;
    }
  }
  return attributes;
};

interface Manifest {
  name?: string;
  version?: string;
}

const nearestManifest = (folder: string): Manifest | undefined => {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const manifest = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as Manifest;
      // A package.json without a name only sets the module type of a folder.
      if (typeof manifest.name === 'string') return manifest;
    } catch {
      // Not here; one folder up.
    }
    if (dirname(at) === at) return undefined;
  }
};
