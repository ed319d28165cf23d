import { decodeSpan, formatResourceJson, formatScopeJson, formatSpanJson } from '@lantern/otlp';
import type { InstrumentationScope, Resource } from '@lantern/telemetry-model';
import { adjustGroup, adjustSpanAlone } from './adjust/adjust-alone.js';
import { LIBRARY_KEYS } from './adjust/move-library-attributes.js';
import type { JsonWriter } from '../../transport/answers/json-writer.js';
import type { TraceFormat } from './trace-format.js';

/** Number of spans written in one step, which takes less than a millisecond. */
const SPANS_A_STEP = 16;

const endOf = (schemaUrl: string): string =>
  schemaUrl === '' ? ']}' : `],"schemaUrl":${JSON.stringify(schemaUrl)}}`;

/** Writes the JSON of resources and scopes around spans. */
class GroupWriter {
  private isInResource = false;
  private endOfResource = '';

  constructor(private readonly out: JsonWriter) {}

  beginResource(resource: Resource, schemaUrl: string): void {
    this.end();
    if (this.endOfResource !== '') this.out.comma();
    this.out.text(`{"resource":${JSON.stringify(formatResourceJson(resource))},"scopeSpans":[`);
    this.isInResource = false;
    this.endOfResource = endOf(schemaUrl);
  }

  beginScope(scope: InstrumentationScope): void {
    if (this.isInResource) this.out.comma();
    this.isInResource = true;
    this.out.text(`{"scope":${JSON.stringify(formatScopeJson(scope))},"spans":[`);
  }

  endScope(schemaUrl: string): void {
    this.out.text(endOf(schemaUrl));
  }

  /** Ends the last resource. */
  end(): void {
    this.out.text(this.endOfResource);
  }
}

const writeMessages: TraceFormat['writeMessages'] = function* (out, trace, outline, maxClockSkewNano) {
  const skews = outline.clockSkews(maxClockSkewNano);
  const groups = new GroupWriter(out);
  let resource: Resource | undefined;
  let index = 0;
  for (const group of trace.groups) {
    const adjusted = adjustGroup(group.resource, group.scope);
    if (group.resource !== resource) groups.beginResource(adjusted.resource, group.resourceSchemaUrl);
    ({ resource } = group);
    groups.beginScope(adjusted.scope);
    for (const [place, message] of group.spans.entries()) {
      if (index % SPANS_A_STEP === 0) yield;
      if (place > 0) out.comma();
      const span = decodeSpan(message);
      if (!span || span.attributes.some(({ key }) => LIBRARY_KEYS.has(key))) return false;
      const alone = adjustSpanAlone(span, {
        isOrphan: outline.isOrphan(index),
        skewNano: skews[index] ?? 0n,
        maxClockSkewNano,
      });
      out.text(JSON.stringify(formatSpanJson(alone)));
      index++;
    }
    groups.endScope(group.scopeSchemaUrl);
  }
  groups.end();
  return true;
};

const writeModel: TraceFormat['writeModel'] = function* (out, { resourceSpans }) {
  const groups = new GroupWriter(out);
  let index = 0;
  for (const { resource, schemaUrl, scopeSpans } of resourceSpans) {
    groups.beginResource(resource, schemaUrl);
    for (const { scope, schemaUrl: scopeSchemaUrl, spans } of scopeSpans) {
      groups.beginScope(scope);
      for (const [place, span] of spans.entries()) {
        if (index++ % SPANS_A_STEP === 0) yield;
        if (place > 0) out.comma();
        out.text(JSON.stringify(formatSpanJson(span)));
      }
      groups.endScope(scopeSchemaUrl);
    }
  }
  groups.end();
};

/** The items of `resourceSpans` in OTLP/JSON. */
export const V3_FORMAT: TraceFormat = { writeMessages, writeModel };
