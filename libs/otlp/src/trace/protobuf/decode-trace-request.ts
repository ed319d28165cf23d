import type { ResourceSpans, ScopeSpans, Span } from '@lantern/telemetry-model';
import { emptyScope, readScope } from '../../common/protobuf/instrumentation-scope.js';
import { emptyResource, readResource } from '../../common/protobuf/resource.js';
import { WireReader, type MessageFields } from '../../wire/wire-reader.js';
import type { DecodedTraces } from '../decoded-traces.js';
import { Rejections } from '../rejections.js';
import { readSpan } from './span.js';

const REQUEST: MessageFields = { 1: 'resourceSpans' };
const RESOURCE_SPANS: MessageFields = { 1: 'resource', 2: 'scopeSpans', 3: 'schemaUrl' };
const SCOPE_SPANS: MessageFields = { 1: 'scope', 2: 'spans', 3: 'schemaUrl' };

/**
 * Reads an `ExportTraceServiceRequest` (or `TracesData`, which looks the same) in protobuf. Nothing of the
 * result refers to `bytes`.
 *
 * @throws MalformedOtlpError
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export const decodeTraceRequest = (bytes: Uint8Array): DecodedTraces => {
  const reader = new WireReader(bytes, REQUEST);
  const rejected = new Rejections();
  const resourceSpans: ResourceSpans[] = [];
  while (reader.next()) {
    if (reader.field === 1) resourceSpans.push(readResourceSpans(reader, rejected));
    else reader.skip();
  }
  return { resourceSpans, rejected, replacedTexts: reader.replacedTexts };
};

const readResourceSpans = (reader: WireReader, rejected: Rejections): ResourceSpans => {
  const outer = reader.enter(RESOURCE_SPANS);
  const resource = emptyResource();
  const scopeSpans: ScopeSpans[] = [];
  let schemaUrl = '';
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        readResource(reader, resource);
        break;
      case 2:
        scopeSpans.push(readScopeSpans(reader, rejected));
        break;
      case 3:
        schemaUrl = reader.text();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return { resource, schemaUrl, scopeSpans };
};

const readScopeSpans = (reader: WireReader, rejected: Rejections): ScopeSpans => {
  const outer = reader.enter(SCOPE_SPANS);
  const scope = emptyScope();
  const spans: Span[] = [];
  let schemaUrl = '';
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        readScope(reader, scope);
        break;
      case 2: {
        const span = readSpan(reader, rejected);
        if (span) spans.push(span);
        break;
      }
      case 3:
        schemaUrl = reader.text();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return { scope, schemaUrl, spans };
};
