import type { AnyValueJson, KeyValueJson } from '@lantern/otlp/json';

/** Returns the text of a value. Lists and maps are JSON. */
export const valueText = (value: AnyValueJson): string => {
  const plain = plainOf(value);
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
};

/** Returns the string value of a key. */
export const textOf = (attributes: readonly KeyValueJson[] | undefined, key: string): string | undefined =>
  attributes?.find((attribute) => attribute.key === key)?.value.stringValue;

const plainOf = (value: AnyValueJson): unknown => {
  const { stringValue, boolValue, intValue, doubleValue, bytesValue, arrayValue, kvlistValue } = value;
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(plainOf);
  if (kvlistValue !== undefined) {
    return Object.fromEntries((kvlistValue.values ?? []).map(({ key, value: own }) => [key, plainOf(own)]));
  }
  return stringValue ?? boolValue ?? intValue ?? doubleValue ?? bytesValue ?? '';
};
