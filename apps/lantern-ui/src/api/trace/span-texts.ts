import type { AnyValueJson, KeyValueJson } from '@lantern/otlp/json';
import { AttributeMap, attributeText, bytesFromBase64, type AnyValue } from '@lantern/telemetry-model';

/**
 * Returns the text of an attribute without decoding the others: only few values of a hundred thousand spans are
 * needed.
 */
export const textOf = (attributes: readonly KeyValueJson[] | undefined, key: string): string | undefined => {
  const attribute = attributes?.find((candidate) => candidate.key === key);
  return attribute === undefined ? undefined : valueText(attribute.value);
};

export const valueText = (value: AnyValueJson): string => value.stringValue ?? attributeText(valueOf(value));

const valueOf = ({
  stringValue,
  boolValue,
  intValue,
  doubleValue,
  bytesValue,
  arrayValue,
  kvlistValue,
}: AnyValueJson): AnyValue => {
  if (intValue !== undefined) return BigInt(intValue);
  if (doubleValue !== undefined) return Number(doubleValue);
  if (bytesValue !== undefined) return bytesFromBase64(bytesValue) ?? null;
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(valueOf);
  if (kvlistValue !== undefined) {
    const entries = kvlistValue.values ?? [];
    return new AttributeMap(entries.map(({ key, value }) => ({ key, value: valueOf(value) })));
  }
  return stringValue ?? boolValue ?? null;
};
