import { finish, type ResourceSpans, type ScopeSpans, type Span, type Steps } from '@lantern/telemetry-model';
import { readGroups, type GroupFormat } from '../../common/protobuf/groups.js';
import { WireReader } from '../../wire/wire-reader.js';
import type { DecodedTraces } from '../decoded-traces.js';
import { Rejections } from '../rejections.js';
import { readSpan } from './span.js';

const FIELDS: GroupFormat<Span, ScopeSpans, ResourceSpans>['fields'] = [
  { 1: 'resourceSpans' },
  { 1: 'resource', 2: 'scopeSpans', 3: 'schemaUrl' },
  { 1: 'scope', 2: 'spans', 3: 'schemaUrl' },
];

/**
 * Reads an `ExportTraceServiceRequest` (or `TracesData`, which has the same fields) in protobuf. The
 * result does not refer to `bytes`. Names and attributes that are not valid UTF-8 are kept as bytes, see
 * `invalid-text.ts`.
 *
 * @throws MalformedOtlpError
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export const decodeTraceRequest = (bytes: Uint8Array): DecodedTraces =>
  finish(decodeTraceRequestSteps(bytes));

/** As {@link decodeTraceRequest}, in steps. */
export function* decodeTraceRequestSteps(bytes: Uint8Array): Steps<DecodedTraces> {
  const rejected = new Rejections();
  const reader = new WireReader(bytes, FIELDS[0], Infinity, true);
  const resourceSpans = yield* readGroups<Span, ScopeSpans, ResourceSpans>(reader, {
    fields: FIELDS,
    read: (at) => readSpan(at, rejected),
    ofScope: (scope, schemaUrl, spans) => ({ scope, schemaUrl, spans }),
    ofResource: (resource, schemaUrl, scopeSpans) => ({ resource, schemaUrl, scopeSpans }),
  });
  return { resourceSpans, rejected, invalidTexts: reader.invalidTexts };
}
