import { stringAttribute, type Attributes } from './attributes.js';

/** The entity that produced the telemetry: a process of a service on a host. */
export interface Resource {
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/** The library that made the spans or records. */
export interface InstrumentationScope {
  readonly name: string;
  readonly version: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/** The name that the UI and every query show for a resource without `service.name`, as Jaeger names it. */
export const MISSING_SERVICE_NAME = 'missing-service-name';

export const serviceNameOf = (resource: Resource): string =>
  stringAttribute(resource.attributes, 'service.name') ?? MISSING_SERVICE_NAME;
