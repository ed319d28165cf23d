import { AttributeMap, type AnyValue } from './attributes.js';
import { base64FromBytes } from './base64.js';

/**
 * Returns the text form of a value, which searches compare and tables show. Numbers are decimal, bytes are base64, arrays
 * and maps are JSON with sorted keys, and an unset value is empty. Equal values of one type have equal texts. Values of
 * different types may have the same text (`"1"`, `1`).
 */
export const attributeText = (value: AnyValue): string => {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (value instanceof Uint8Array) return base64FromBytes(value);
  return typeof value === 'object' ? json(value) : String(value);
};

/** Formats JSON without `JSON.stringify`, which throws for bigints. As numbers they would lose digits. */
const json = (value: AnyValue): string => {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  // JSON has no literal for these numbers.
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : `"${String(value)}"`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Uint8Array) return JSON.stringify(base64FromBytes(value));
  if (value instanceof AttributeMap) return mapJson(value);
  return `[${value.map(json).join(',')}]`;
};

const mapJson = ({ entries }: AttributeMap): string => {
  const firstOfEachKey = new Map<string, AnyValue>();
  for (const { key, value } of entries) {
    if (!firstOfEachKey.has(key)) firstOfEachKey.set(key, value);
  }
  const members = [...firstOfEachKey.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${JSON.stringify(key)}:${json(value)}`);
  return `{${members.join(',')}}`;
};
