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
 * Formats an `ExportTraceServiceRequest` (or `TracesData`) as OTLP/JSON for `JSON.stringify`: IDs in lower-case hex,
 * enums as numbers, 64-bit integers as strings. A field with proto3's default is undefined, so JSON omits it.
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
