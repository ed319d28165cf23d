import { Buffer } from 'node:buffer';
import { attributeHash, hashesOfAttributeText } from '@lantern/otlp';
import {
  attributeText,
  attributeValue,
  base64FromBytes,
  bytesFromBase64,
  type Attributes,
} from '@lantern/telemetry-model';

/** Spans of a chunk, one after the other. */
export interface ChunkSpans {
  readonly bytes: Buffer;
  /** End of each span in the bytes. */
  readonly ends: Uint32Array;
}

/** Minimum length of a searched byte sequence. Shorter ones occur nearly everywhere. */
const MIN_NEEDLE_BYTES = 3;
/** Maximum length that is one byte in protobuf. */
const MAX_SHORT_LENGTH = 0x7f;
/** Tags of the key and the value of a `KeyValue` message. */
const KEY = 0x0a;
const VALUE = 0x12;

/** Attribute that a span, an event, a link, its scope or its resource must have. */
export class AttributeCondition {
  readonly hashes: readonly number[];
  /** Byte sequences, one of which a span with this attribute contains; undefined when the value has many encodings. */
  private readonly values: readonly Buffer[] | undefined;
  private readonly key: Buffer;

  constructor(
    readonly name: string,
    readonly text: string,
    /** Whether only the attributes of the resource are searched. */
    readonly isOfResource: boolean,
  ) {
    this.hashes = hashesOfAttributeText(name, text);
    this.values = encodedValuesOf(text);
    this.key = Buffer.from(name);
  }

  isMetBy(attributes: Attributes): boolean {
    const value = attributeValue(attributes, this.name);
    return value !== undefined && attributeText(value) === this.text;
  }

  /** Marks with 1 the rows of a chunk that may meet the condition. All rows that meet it are marked. */
  mark(spans: ChunkSpans, rows: Uint8Array): void {
    if (this.values) for (const value of this.values) markRows(spans, value, rows);
    else if (this.key.length >= MIN_NEEDLE_BYTES)
      markRows(spans, this.key, rows, (at) => this.mayBeAt(spans.bytes, at));
    else rows.fill(1);
  }

  /** Whether the occurrence of the key at `at` may be the key of an attribute with this value. */
  private mayBeAt(bytes: Buffer, at: number): boolean {
    const { key, hashes } = this;
    const start = at - 2;
    const value = at + key.length;
    const end = value + 2 + (bytes[value + 1] ?? 0);
    const length = end - start;
    // The usual encoding has one byte for each tag and each length, and only a key and a value. In any other encoding,
    // or where the bytes are no key at all, scanning the span decides.
    const isUsual =
      bytes[start] === KEY &&
      bytes[start + 1] === key.length &&
      bytes[value] === VALUE &&
      length <= MAX_SHORT_LENGTH &&
      bytes[start - 1] === length &&
      (bytes[start - 2] ?? 0) <= MAX_SHORT_LENGTH;
    if (!isUsual) return true;
    const hash = attributeHash(bytes, start, end);
    return hash === undefined || hashes.includes(hash);
  }
}

/** Texts and bytes have one encoding in a span; numbers, booleans and lists have several. */
const encodedValuesOf = (text: string): Buffer[] | undefined => {
  const isOther = /^(true|false|NaN|-?Infinity|[[{].*|[-+.\de]+)$/s.test(text);
  if (isOther || text.length < MIN_NEEDLE_BYTES) return undefined;
  const values = [Buffer.from(text)];
  const bytes = bytesFromBase64(text);
  if (!bytes || base64FromBytes(bytes) !== text) return values;
  return bytes.length < MIN_NEEDLE_BYTES ? undefined : [...values, Buffer.from(bytes)];
};

/** Marks the rows with an occurrence of the needle that is accepted. */
const markRows = (
  { bytes, ends }: ChunkSpans,
  needle: Buffer,
  rows: Uint8Array,
  accepts?: (at: number) => boolean,
): void => {
  let row = 0;
  for (let at = bytes.indexOf(needle); at >= 0;) {
    while (row < ends.length && (ends[row] ?? 0) <= at) row++;
    if (row >= ends.length) return;
    if (accepts && !accepts(at)) {
      at = bytes.indexOf(needle, at + 1);
      continue;
    }
    rows[row] = 1;
    // One occurrence is enough for a row.
    at = bytes.indexOf(needle, ends[row]);
  }
};
