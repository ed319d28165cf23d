import { finish, type ResourceSpans, type Steps } from '@lantern/telemetry-model';
import { writeScope } from '../../common/protobuf/instrumentation-scope.js';
import { writeResource } from '../../common/protobuf/resource.js';
import { WireWriter } from '../../wire/wire-writer.js';
import { writeSpan } from './span.js';

/** Number of spans that are written in one step. */
const SPANS_PER_STEP = 128;

/** Writes an `ExportTraceServiceRequest` in protobuf. */
export const encodeTraceRequest = (groups: readonly ResourceSpans[]): Uint8Array =>
  finish(encodeTraceRequestSteps(groups));

/** As {@link encodeTraceRequest}, in steps. */
export function* encodeTraceRequestSteps(groups: readonly ResourceSpans[]): Steps<Uint8Array> {
  const writer = new WireWriter();
  let written = 0;
  for (const { resource, scopeSpans, schemaUrl } of groups) {
    const group = writer.begin(1);
    writeResource(writer, 1, resource);
    for (const { scope, spans, schemaUrl: scopeSchemaUrl } of scopeSpans) {
      const scopeGroup = writer.begin(2);
      writeScope(writer, 1, scope);
      for (const span of spans) {
        writeSpan(writer, 2, span);
        if (++written % SPANS_PER_STEP === 0) yield;
      }
      writer.text(3, scopeSchemaUrl);
      writer.end(scopeGroup);
    }
    writer.text(3, schemaUrl);
    writer.end(group);
  }
  return writer.finish();
}
