/**
 * Value of OpenTelemetry's `AnyValue`. Integers are `bigint`, because OTLP has integers of 64 bits and a JavaScript number
 * holds 53. An integer and a double are therefore always distinct.
 *
 * @see https://opentelemetry.io/docs/specs/otel/common/#anyvalue
 */
export type AnyValue =
  | string
  | boolean
  | bigint
  | number
  | Uint8Array
  | readonly AnyValue[]
  | AttributeMap
  /** A value that is present but unset. */
  | null;

/** Nested map (`kvlist`), in the order of arrival. */
export class AttributeMap {
  constructor(readonly entries: Attributes) {}
}

export interface Attribute {
  readonly key: string;
  readonly value: AnyValue;
}

/** Attributes in the order of arrival. Some exporters repeat a key, which OTLP forbids: the first value wins. */
export type Attributes = readonly Attribute[];

/** Shared by all owners without attributes, so frozen. */
export const NO_ATTRIBUTES: Attributes = Object.freeze([]);

export const attributeValue = (attributes: Attributes, key: string): AnyValue | undefined =>
  attributes.find((attribute) => attribute.key === key)?.value;

/** Returns the value of `key` if it is a string; undefined otherwise. */
export const stringAttribute = (attributes: Attributes, key: string): string | undefined => {
  const value = attributeValue(attributes, key);
  return typeof value === 'string' ? value : undefined;
};
