import { hostname } from 'node:os';
import { diag } from '@opentelemetry/api';
import {
  type DetectedResource,
  type Resource,
  type ResourceDetector,
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  osDetector,
  processDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import {
  ATTR_DEPLOYMENT_ENVIRONMENT_NAME,
  ATTR_HOST_NAME,
  ATTR_PROCESS_PID,
  ATTR_PROCESS_RUNTIME_NAME,
  ATTR_PROCESS_RUNTIME_VERSION,
} from '@opentelemetry/semantic-conventions/incubating';
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import { setting } from '../environment.js';
import type { ServiceIdentity } from './service-identity.js';

/**
 * Returns the resource that describes the process. Its attributes are chosen by hand: the SDK's own process and host
 * detectors would add the command line with its secrets, the user's name and the machine's id.
 */
export const processResource = ({ name, version, environment }: ServiceIdentity): Resource => {
  return defaultResource().merge(
    resourceFromAttributes({
      [ATTR_SERVICE_NAME]: name,
      ...(version === undefined ? {} : { [ATTR_SERVICE_VERSION]: version }),
      [ATTR_DEPLOYMENT_ENVIRONMENT_NAME]: environment,
      [ATTR_HOST_NAME]: hostname(),
      [ATTR_PROCESS_PID]: process.pid,
      [ATTR_PROCESS_RUNTIME_NAME]: 'nodejs',
      [ATTR_PROCESS_RUNTIME_VERSION]: process.versions.node,
    }),
  );
};

/** Created once for all signals: different ids would identify two processes. */
let instance: DetectedResource | undefined;

const detectors: Readonly<Record<string, ResourceDetector>> = {
  env: envDetector,
  host: hostDetector,
  os: osDetector,
  process: processDetector,
  serviceinstance: { detect: () => (instance ??= serviceInstanceIdDetector.detect()) },
};

/**
 * Returns the resource with detected attributes: `OTEL_RESOURCE_ATTRIBUTES` and an id for this run of the process, or
 * those of the detectors that `OTEL_NODE_RESOURCE_DETECTORS` lists.
 */
export const detectedResource = (identity: ServiceIdentity, env: NodeJS.ProcessEnv): Resource => {
  const listed = (setting(env, 'OTEL_NODE_RESOURCE_DETECTORS') ?? 'env,serviceinstance')
    .split(',')
    .map((name) => name.trim());
  for (const name of listed.filter((each) => !(each in detectors) && each !== 'all' && each !== 'none')) {
    diag.warn(
      `OTEL_NODE_RESOURCE_DETECTORS names "${name}", which is left out. Known: ${Object.keys(detectors).join(', ')}, all, none.`,
    );
  }
  const chosen = listed.includes('none')
    ? []
    : Object.entries(detectors).filter(([name]) => listed.includes('all') || listed.includes(name));
  return processResource(identity).merge(
    detectResources({ detectors: chosen.map(([, detector]) => detector) }),
  );
};
