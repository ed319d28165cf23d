import { decodeResource } from '@lantern/otlp';
import { MISSING_SERVICE_NAME, attributeValue, type Resource } from '@lantern/telemetry-model';
import { eachResource } from '../../../edit-spans.js';
import type { Sanitizer } from './sanitizer.js';

const KEY = 'service.name';

const faultOf = (resource: Resource): string | undefined => {
  const value = attributeValue(resource.attributes, KEY);
  if (value === undefined || value === null) return MISSING_SERVICE_NAME;
  if (typeof value !== 'string') return 'service-name-wrong-type';
  return value === '' ? 'empty-service-name' : undefined;
};

/** Gives every resource a service name that it can be found by: the names that Jaeger gives. */
export const serviceName: Sanitizer = {
  isNeeded: ({ origins }) => origins.some(({ resource }) => faultOf(decodeResource(resource)) !== undefined),
  repair: eachResource((resource) => {
    const fault = faultOf(resource);
    if (fault === undefined) return resource;
    const others = resource.attributes.filter(({ key }) => key !== KEY);
    return { ...resource, attributes: [{ key: KEY, value: fault }, ...others] };
  }),
};
