import { AttributeMap, type AnyValue } from './attributes.js';
import { base64FromBytes } from './base64.js';

/**
 * The text that stands for a value wherever only text will do: searches compare it, tables show it. Numbers
 * are decimal, bytes are base64, arrays and maps are JSON with sorted keys; a value that carries nothing is
 * empty. Equal values of one type have equal texts; values of different types may share one (`"1"`, `1`).
 */
export const attributeText = (value: AnyValue): string => {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (value instanceof Uint8Array) return base64FromBytes(value);
  return typeof value === 'object' ? json(value) : String(value);
};

/** Written by hand because `JSON.stringify` refuses bigints and would lose digits of them as numbers. */
const json = (value: AnyValue): string => {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  // JSON has no word for these.
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
