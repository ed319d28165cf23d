import { stringAttribute, type Attributes } from './attributes.js';

/** Entity that produced the telemetry: a process of a service on a host. */
export interface Resource {
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/** Library that created the spans or records. */
export interface InstrumentationScope {
  readonly name: string;
  readonly version: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/** Service name of a resource without `service.name`, the same as Jaeger's. */
export const MISSING_SERVICE_NAME = 'missing-service-name';

export const serviceNameOf = (resource: Resource): string =>
  stringAttribute(resource.attributes, 'service.name') ?? MISSING_SERVICE_NAME;
