import { hostname } from 'node:os';
import {
  type Resource,
  type ResourceDetector,
  defaultResource,
  envDetector,
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
import type { ServiceIdentity } from '../service-identity.js';

/**
 * What each span says about its process. Chosen by hand: the SDK's own process and host detectors would add the
 * command line with its secrets, the user's name and the machine's id.
 */
export function processResource({ name, version, environment }: ServiceIdentity): Resource {
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
}

/** `OTEL_RESOURCE_ATTRIBUTES`, and an id for this run of the process. */
export const resourceDetectors: ResourceDetector[] = [envDetector, serviceInstanceIdDetector];
