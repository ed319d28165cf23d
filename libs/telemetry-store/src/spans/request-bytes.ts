import type { EncodedOrigin } from '@lantern/otlp';
import { ByteWriter } from '../bytes/byte-writer.js';

/** Spans of one origin as encoded messages. */
export interface SpanGroup {
  readonly origin: EncodedOrigin;
  readonly spans: readonly Uint8Array[];
}

/** Writes encoded spans as an `ExportTraceServiceRequest` for the decoder. */
export const writeRequest = (groups: readonly SpanGroup[]): Uint8Array => {
  const writer = new ByteWriter();
  for (const { origin, spans } of groups) {
    const { resource, resourceSchemaUrl, scope, scopeSchemaUrl } = origin;
    let scopeSpansLength = fieldLength(scope) + fieldLength(scopeSchemaUrl);
    for (const span of spans) scopeSpansLength += fieldLength(span);
    const length =
      fieldLength(resource) +
      fieldLength(resourceSchemaUrl) +
      1 +
      varintLength(scopeSpansLength) +
      scopeSpansLength;
    writer.byte(RESOURCE_SPANS);
    writer.varint(length);
    writeField(writer, RESOURCE, resource);
    writeField(writer, SCHEMA_URL, resourceSchemaUrl);
    writer.byte(SCOPE_SPANS);
    writer.varint(scopeSpansLength);
    writeField(writer, SCOPE, scope);
    for (const span of spans) writeField(writer, SPAN, span);
    writeField(writer, SCHEMA_URL, scopeSchemaUrl);
  }
  return writer.finish();
};

// Field numbers with the wire type for length-delimited fields, see
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
const RESOURCE_SPANS = 0x0a;
const RESOURCE = 0x0a;
const SCOPE_SPANS = 0x12;
const SCOPE = 0x0a;
const SPAN = 0x12;
const SCHEMA_URL = 0x1a;

const writeField = (writer: ByteWriter, tag: number, bytes: Uint8Array): void => {
  writer.byte(tag);
  writer.bytes(bytes);
};

const fieldLength = ({ length }: Uint8Array): number => 1 + varintLength(length) + length;

const varintLength = (value: number): number => {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  return length;
};
