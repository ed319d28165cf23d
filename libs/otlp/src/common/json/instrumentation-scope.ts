import type { InstrumentationScope } from '@lantern/telemetry-model';
import { formatAttributes, parseAttributes, type KeyValueJson } from './attributes.js';
import type { JsonMessage } from './json-message.js';

export interface InstrumentationScopeJson {
  name?: string;
  version?: string;
  attributes?: KeyValueJson[];
  droppedAttributesCount?: number;
}

export const parseScope = (message: JsonMessage): InstrumentationScope => ({
  name: message.text('name'),
  version: message.text('version'),
  attributes: parseAttributes(message, 'attributes'),
  droppedAttributesCount: message.uint32('droppedAttributesCount'),
});

export const formatScope = (scope: InstrumentationScope): InstrumentationScopeJson => ({
  name: scope.name || undefined,
  version: scope.version || undefined,
  attributes: formatAttributes(scope.attributes),
  droppedAttributesCount: scope.droppedAttributesCount || undefined,
});
