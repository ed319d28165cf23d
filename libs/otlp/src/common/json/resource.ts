import type { Resource } from '@lantern/telemetry-model';
import { formatAttributes, parseAttributes, type KeyValueJson } from './attributes.js';
import type { JsonMessage } from './json-message.js';

export interface ResourceJson {
  attributes?: KeyValueJson[];
  droppedAttributesCount?: number;
}

export const parseResource = (message: JsonMessage): Resource => ({
  attributes: parseAttributes(message, 'attributes'),
  droppedAttributesCount: message.uint32('droppedAttributesCount'),
});

export const formatResource = (resource: Resource): ResourceJson => ({
  attributes: formatAttributes(resource.attributes),
  droppedAttributesCount: resource.droppedAttributesCount || undefined,
});
