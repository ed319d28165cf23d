import {
  AttributeMap,
  type AnyValue,
  type Attributes,
  type InstrumentationScope,
  type Resource,
  type Span,
} from '@lantern/telemetry-model';

// How V8 lays things out on 64 bits without pointer compression, as Node is built.
const WORD = 8;
const OBJECT_HEADER = 3 * WORD;
const ARRAY_HEADER = 6 * WORD;
/** What the first `push` sets aside, and most arrays here never outgrow. */
const FIRST_SLOTS = 17;
const STRING_HEADER = 2 * WORD + WORD / 2;
const BIGINT = 3 * WORD;
const TYPED_ARRAY = 200;
/** A slot of a `Map`, with its share of the buckets and of the room to grow. */
export const MAP_SLOT = 6 * WORD;
/** A `Map` with room for its first entries. */
export const SMALL_MAP = 28 * WORD;

const BEYOND_LATIN_1 = /[\u0100-\uffff]/;

export const bytesOfObject = (fieldCount: number): number => OBJECT_HEADER + fieldCount * WORD;

export const bytesOfText = (text: string): number =>
  text.length === 0 ? 0 : STRING_HEADER + (BEYOND_LATIN_1.test(text) ? 2 : 1) * text.length;

/** Empty lists of a span are one shared array. */
const bytesOfList = (length: number): number => (length === 0 ? 0 : bytesOfArray(length));

const bytesOfArray = (length: number): number =>
  ARRAY_HEADER + (length === 0 ? 0 : Math.max(FIRST_SLOTS, length) * WORD);

export const bytesOfAttributes = (attributes: Attributes): number => {
  let bytes = bytesOfList(attributes.length);
  for (const { key, value } of attributes) {
    bytes += bytesOfObject(2) + bytesOfText(key) + bytesOfValue(value);
  }
  return bytes;
};

const bytesOfValue = (value: AnyValue): number => {
  if (typeof value === 'string') return bytesOfText(value);
  if (typeof value === 'bigint') return BIGINT;
  if (typeof value === 'number') return 2 * WORD;
  if (value === null || typeof value === 'boolean') return 0;
  if (value instanceof Uint8Array) return TYPED_ARRAY + value.length;
  if (value instanceof AttributeMap) return bytesOfObject(1) + bytesOfAttributes(value.entries);
  return value.reduce<number>((bytes, item) => bytes + bytesOfValue(item), bytesOfArray(value.length));
};

export const bytesOfResource = (resource: Resource): number =>
  bytesOfObject(2) + bytesOfAttributes(resource.attributes);

export const bytesOfScope = (scope: InstrumentationScope): number =>
  bytesOfObject(4) +
  bytesOfText(scope.name) +
  bytesOfText(scope.version) +
  bytesOfAttributes(scope.attributes);

export const bytesOfSpan = (span: Span): number => {
  let bytes =
    bytesOfObject(17) +
    bytesOfText(span.traceId) +
    bytesOfText(span.spanId) +
    bytesOfText(span.parentSpanId ?? '') +
    bytesOfText(span.traceState) +
    bytesOfText(span.name) +
    2 * BIGINT +
    bytesOfAttributes(span.attributes) +
    bytesOfList(span.events.length) +
    bytesOfList(span.links.length) +
    bytesOfText(span.status.message);
  for (const event of span.events) {
    bytes += bytesOfObject(4) + BIGINT + bytesOfText(event.name) + bytesOfAttributes(event.attributes);
  }
  for (const link of span.links) {
    bytes +=
      bytesOfObject(6) +
      bytesOfText(link.traceId) +
      bytesOfText(link.spanId) +
      bytesOfText(link.traceState) +
      bytesOfAttributes(link.attributes);
  }
  return bytes;
};

/** Keys count too, although an engine may share them. */
export const bytesOfRecord = (record: Readonly<Record<string, string>>): number => {
  let bytes = OBJECT_HEADER;
  for (const [key, value] of Object.entries(record))
    bytes += 2 * WORD + bytesOfText(key) + bytesOfText(value);
  return bytes;
};
