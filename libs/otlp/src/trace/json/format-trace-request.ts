import type { ResourceSpans, ScopeSpans } from '@lantern/telemetry-model';
import { formatScope, type InstrumentationScopeJson } from '../../common/json/instrumentation-scope.js';
import { formatResource, type ResourceJson } from '../../common/json/resource.js';
import { formatSpan, type SpanJson } from './span.js';

export interface TraceRequestJson {
  resourceSpans: ResourceSpansJson[];
}

export interface ResourceSpansJson {
  resource: ResourceJson;
  scopeSpans: ScopeSpansJson[];
  schemaUrl?: string;
}

export interface ScopeSpansJson {
  scope: InstrumentationScopeJson;
  spans: SpanJson[];
  schemaUrl?: string;
}

/**
 * An `ExportTraceServiceRequest` (or `TracesData`) in OTLP/JSON, ready for `JSON.stringify`: ids in lower-case
 * hex, enums as numbers, 64-bit integers as strings, and fields that hold proto3's default undefined, so that
 * they do not appear.
 */
export const formatTraceRequestJson = (groups: readonly ResourceSpans[]): TraceRequestJson => ({
  resourceSpans: groups.map(({ resource, scopeSpans, schemaUrl }) => ({
    resource: formatResource(resource),
    scopeSpans: scopeSpans.map(formatScopeSpans),
    schemaUrl: schemaUrl || undefined,
  })),
});

const formatScopeSpans = ({ scope, spans, schemaUrl }: ScopeSpans): ScopeSpansJson => ({
  scope: formatScope(scope),
  spans: spans.map(formatSpan),
  schemaUrl: schemaUrl || undefined,
});
