import { describeError, isErrorLike } from '../redaction/errors.js';
import { redactText } from '../redaction/url.js';
import type { SensitiveNames } from '../redaction/sensitive-names.js';

const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
const MAX_STRING_LENGTH = 16_384;

const MASK = '[REDACTED]';

/**
 * A copy of the value that JSON can hold and a log may hold: sensitive keys and the secrets of URLs masked, long strings and lists cut, cycles
 * and depth bounded, errors, maps, sets and buffers readable. Getters and `toJSON` that throw leave a note.
 */
export const plainValue = (value: unknown, sensitive: SensitiveNames): unknown => {
  return plain(value, sensitive, []);
};

/** Truncates a text to the length that a line may contain. */
export const cut = (text: string, max = MAX_STRING_LENGTH): string => {
  return text.length <= max ? text : `${text.slice(0, max)}… (${text.length - max} more characters)`;
};

const plain = (value: unknown, sensitive: SensitiveNames, above: readonly object[]): unknown => {
  switch (typeof value) {
    case 'string':
      return redactText(cut(value));
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return value.toString();
    case 'boolean':
    case 'undefined':
      return value;
    case 'function':
      return `[function ${value.name}]`;
    case 'symbol':
      return value.toString();
    case 'object':
      if (value === null) return null;
      if (above.includes(value)) return '[circular]';
      if (above.length >= MAX_DEPTH) return Array.isArray(value) ? '[array]' : '[object]';
      try {
        return plainObject(value, sensitive, [...above, value]);
      } catch (error) {
        return `[unreadable: ${describeError(error).message}]`;
      }
  }
};

const plainObject = (value: object, sensitive: SensitiveNames, above: readonly object[]): unknown => {
  const inner = (item: unknown): unknown => plain(item, sensitive, above);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  // Not once more through `inner`: a description looks like an error itself.
  if (isErrorLike(value)) return entries(Object.entries(describeError(value)), sensitive, inner);
  if (Array.isArray(value)) return list(value, inner);
  if (value instanceof Set) return list([...value], inner);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) {
    return entries(
      [...value].map(([key, item]) => [String(key), item]),
      sensitive,
      inner,
    );
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return inner((value as { toJSON: () => unknown }).toJSON());
  }
  return entries(Object.entries(value), sensitive, inner);
};

const list = (items: readonly unknown[], inner: (item: unknown) => unknown): unknown[] => {
  const kept = items.slice(0, MAX_ITEMS).map((item) => inner(item) ?? null);
  return items.length > MAX_ITEMS ? [...kept, `… (${items.length - MAX_ITEMS} more)`] : kept;
};

const entries = (
  pairs: readonly (readonly [string, unknown])[],
  sensitive: SensitiveNames,
  inner: (item: unknown) => unknown,
): Record<string, unknown> => {
  const copy: Record<string, unknown> = {};
  for (const [key, item] of pairs.slice(0, MAX_ITEMS)) {
    const kept = item !== null && item !== undefined && sensitive.has(key) ? MASK : inner(item);
    // `__proto__` as a key of JSON input must not become the copy's prototype.
    Object.defineProperty(copy, key, { value: kept, enumerable: true, writable: true, configurable: true });
  }
  if (pairs.length > MAX_ITEMS) copy['…'] = `${pairs.length - MAX_ITEMS} more`;
  return copy;
};
