import { MalformedOtlpError } from '../../malformed-otlp-error.js';
import { MALFORMED, WireCursor } from '../../wire/wire-cursor.js';
import type { CheckedTraceRequest, EncodedOrigin } from './checked-trace-request.js';
import { decodeTraceRequest } from './decode-trace-request.js';
import { SpanColumns } from './span-columns.js';
import { SpanScanner } from './span-scanner.js';
import {
  LAST_REQUEST_FIELD,
  LAST_RESOURCE_FIELD,
  LAST_RESOURCE_SPANS_FIELD,
  LAST_SCOPE_FIELD,
  LAST_SCOPE_SPANS_FIELD,
  REQUEST_RESOURCE_SPANS,
  RESOURCE_ATTRIBUTE,
  RESOURCE_DROPPED_ATTRIBUTES,
  RESOURCE_SPANS_RESOURCE,
  RESOURCE_SPANS_SCHEMA_URL,
  RESOURCE_SPANS_SCOPE_SPANS,
  SCOPE_ATTRIBUTE,
  SCOPE_DROPPED_ATTRIBUTES,
  SCOPE_NAME,
  SCOPE_SPANS_SCHEMA_URL,
  SCOPE_SPANS_SCOPE,
  SCOPE_SPANS_SPAN,
  SCOPE_VERSION,
} from './tags.js';

const NO_BYTES = new Uint8Array(0);
/** Typical length of an encoded span, in bytes. Columns start with room for as many spans, and grow. */
const BYTES_PER_SPAN = 256;

/**
 * Checks an `ExportTraceServiceRequest` against the schema and indexes its spans, without decoding it. Accepts and
 * rejects the same requests as {@link decodeTraceRequest}.
 *
 * @throws MalformedOtlpError
 */
export const checkTraceRequest = (bytes: Uint8Array): CheckedTraceRequest => {
  try {
    return new RequestChecker(bytes).check();
  } catch (error) {
    if (error !== MALFORMED && !(error instanceof MalformedOtlpError)) throw error;
    // Decoding throws an error that names the field and the offset.
    decodeTraceRequest(bytes);
    throw new MalformedOtlpError('', 'is malformed');
  }
};

class RequestChecker {
  private readonly cursor = new WireCursor();
  private readonly spans = new SpanScanner(this.cursor);
  private readonly origins: EncodedOrigin[] = [];

  constructor(private readonly bytes: Uint8Array) {
    this.cursor.moveTo(bytes, 0);
    this.spans.columns = new SpanColumns(Math.ceil(bytes.length / BYTES_PER_SPAN));
  }

  check(): CheckedTraceRequest {
    const { bytes, cursor, spans, origins } = this;
    const end = bytes.length;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === REQUEST_RESOURCE_SPANS) this.checkResourceSpans(cursor.messageEnd(end));
      else cursor.skipUnknown(tag, end, LAST_REQUEST_FIELD);
    }
    return {
      bytes,
      columns: spans.columns,
      origins,
      rejectedSpans: spans.rejectedSpans,
      itemCount: spans.messageCount + spans.attributes.count,
      hasInvalidText: spans.attributes.hasInvalidText,
    };
  }

  /** Two passes over the fields: the resource may follow the spans that belong to it. */
  private checkResourceSpans(end: number): void {
    const { cursor } = this;
    const start = cursor.at;
    let resource = NO_BYTES;
    let schemaUrl: Uint8Array = NO_BYTES;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === RESOURCE_SPANS_RESOURCE) resource = this.resource(cursor.messageEnd(end), resource);
      else if (tag === RESOURCE_SPANS_SCHEMA_URL) schemaUrl = this.text(cursor.messageEnd(end));
      else if (tag === RESOURCE_SPANS_SCOPE_SPANS) cursor.at = cursor.messageEnd(end);
      else cursor.skipUnknown(tag, end, LAST_RESOURCE_SPANS_FIELD);
    }
    cursor.at = start;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === RESOURCE_SPANS_SCOPE_SPANS)
        this.checkScopeSpans(cursor.messageEnd(end), resource, schemaUrl);
      else cursor.skip(tag, end);
    }
  }

  private checkScopeSpans(end: number, resource: Uint8Array, resourceSchemaUrl: Uint8Array): void {
    const { cursor, origins } = this;
    const origin = origins.length;
    let scope = NO_BYTES;
    let scopeSchemaUrl: Uint8Array = NO_BYTES;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === SCOPE_SPANS_SPAN) this.spans.scanSpan(cursor.messageEnd(end), origin);
      else if (tag === SCOPE_SPANS_SCOPE) scope = this.scope(cursor.messageEnd(end), scope);
      else if (tag === SCOPE_SPANS_SCHEMA_URL) scopeSchemaUrl = this.text(cursor.messageEnd(end));
      else cursor.skipUnknown(tag, end, LAST_SCOPE_SPANS_FIELD);
    }
    origins.push({ resource, resourceSchemaUrl, scope, scopeSchemaUrl });
  }

  private resource(end: number, before: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const { cursor, bytes } = this;
    const start = cursor.at;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === RESOURCE_ATTRIBUTE) this.spans.attributes.hash(cursor.messageEnd(end));
      else if (tag === RESOURCE_DROPPED_ATTRIBUTES) cursor.varint(end);
      else cursor.skipUnknown(tag, end, LAST_RESOURCE_FIELD);
    }
    return merged(before, bytes.subarray(start, end));
  }

  private scope(end: number, before: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const { cursor, bytes } = this;
    const start = cursor.at;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === SCOPE_ATTRIBUTE) this.spans.attributes.hash(cursor.messageEnd(end));
      else if (tag === SCOPE_NAME || tag === SCOPE_VERSION)
        this.spans.attributes.checkText(cursor.messageEnd(end));
      else if (tag === SCOPE_DROPPED_ATTRIBUTES) cursor.varint(end);
      else cursor.skipUnknown(tag, end, LAST_SCOPE_FIELD);
    }
    return merged(before, bytes.subarray(start, end));
  }

  private text(end: number): Uint8Array {
    const text = this.bytes.subarray(this.cursor.at, end);
    this.spans.attributes.checkText(end);
    return text;
  }
}

/** Protobuf merges a message that occurs twice. The encoding of the merger is one message after the other. */
const merged = (before: Uint8Array<ArrayBuffer>, bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const both = new Uint8Array(before.length + bytes.length);
  both.set(before);
  both.set(bytes, before.length);
  return both;
};
