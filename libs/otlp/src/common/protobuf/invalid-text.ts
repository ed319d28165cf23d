import { Buffer } from 'node:buffer';
import { attributeText, type AnyValue, type Attribute, type Attributes } from '@lantern/telemetry-model';

/**
 * Attributes for strings that are not valid UTF-8. Lantern keeps their bytes as a binary attribute with a readable key,
 * as Jaeger does:
 *
 * ```
 * attribute user = ff 41         user = bytes ff 41
 * attribute ff 41 = "x"          invalid-tag-key-1 = bytes ff 41 3a 78 (key, colon, value)
 * span name ff 41                name "invalid-span-name", attribute invalid-span-name = bytes ff 41
 * ```
 */
export const INVALID_SPAN_NAME = 'invalid-span-name';
const INVALID_KEY_PREFIX = 'invalid-tag-key-';

/** @param before attributes that were read earlier from the same list: invalid keys are numbered from 1 */
export const attributeOfInvalidKey = (key: Uint8Array, value: AnyValue, before: Attributes): Attribute => {
  const number = before.filter((other) => other.key.startsWith(INVALID_KEY_PREFIX)).length + 1;
  const text = value instanceof Uint8Array ? value : Buffer.from(attributeText(value));
  return {
    key: `${INVALID_KEY_PREFIX}${number}`,
    value: new Uint8Array(Buffer.concat([key, Buffer.from(':'), text])),
  };
};
