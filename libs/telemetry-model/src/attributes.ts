/**
 * A value as OpenTelemetry's `AnyValue` knows it. Integers are `bigint`: OTLP carries 64 bits, and a
 * JavaScript number keeps only 53 of them, so an integer and a double never look alike here.
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
  /** A value that was present but carried nothing. */
  | null;

/** A nested map value (`kvlist`), in the order in which it arrived. */
export class AttributeMap {
  constructor(readonly entries: Attributes) {}
}

export interface Attribute {
  readonly key: string;
  readonly value: AnyValue;
}

/** In the order in which they arrived. Keys should be unique, yet senders exist that repeat them: the first one wins. */
export type Attributes = readonly Attribute[];

/** Shared by all that have none, and so nobody's to change. */
export const NO_ATTRIBUTES: Attributes = Object.freeze([]);

export const attributeValue = (attributes: Attributes, key: string): AnyValue | undefined =>
  attributes.find((attribute) => attribute.key === key)?.value;

/** The value under `key` if it is a string, otherwise undefined. */
export const stringAttribute = (attributes: Attributes, key: string): string | undefined => {
  const value = attributeValue(attributes, key);
  return typeof value === 'string' ? value : undefined;
};
