import {
  AttributeMap,
  type AnyValue,
  type Attributes,
  type InstrumentationScope,
  type Resource,
} from '@lantern/telemetry-model';

// The caller owns the result of a query, and may cast `readonly` away to sort, truncate or adjust it.

export const copyResource = (resource: Resource): Resource => ({
  ...resource,
  attributes: copyAttributes(resource.attributes),
});

export const copyScope = (scope: InstrumentationScope): InstrumentationScope => ({
  ...scope,
  attributes: copyAttributes(scope.attributes),
});

const copyAttributes = (attributes: Attributes): Attributes =>
  attributes.map(({ key, value }) => ({ key, value: copyValue(value) }));

const copyValue = (value: AnyValue): AnyValue => {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return value.slice();
  if (value instanceof AttributeMap) return new AttributeMap(copyAttributes(value.entries));
  return value.map(copyValue);
};
