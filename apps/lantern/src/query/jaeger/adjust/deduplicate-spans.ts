import { formatTraceRequestJson } from '@lantern/otlp';
import {
  spansOf,
  type ResourceSpans,
  type ScopeSpans,
  type Span,
  type SpanId,
} from '@lantern/telemetry-model';
import { mapChanged } from '../../../edit-spans.js';
import type { Adjuster } from './adjuster.js';

/** Keeps the first of several spans with equal content, resource and scope. */
export const deduplicateSpans: Adjuster = (groups) => {
  const repeatedIds = idsOfSeveralSpans(groups);
  if (repeatedIds.size === 0) return groups;

  const seen = new Set<string>();
  const isFirst = (group: ResourceSpans, scopeGroup: ScopeSpans, span: Span): boolean => {
    if (!repeatedIds.has(span.spanId)) return true;
    const content = contentOf(group, scopeGroup, span);
    if (seen.has(content)) return false;
    seen.add(content);
    return true;
  };
  return mapChanged(groups, (group) => {
    const scopeSpans = mapChanged(group.scopeSpans, (scopeGroup) => {
      const spans = scopeGroup.spans.filter((span) => isFirst(group, scopeGroup, span));
      return spans.length === scopeGroup.spans.length ? scopeGroup : { ...scopeGroup, spans };
    });
    return scopeSpans === group.scopeSpans ? group : { ...group, scopeSpans };
  });
};

const idsOfSeveralSpans = (groups: readonly ResourceSpans[]): Set<SpanId> => {
  const ids = new Set<SpanId>();
  const repeated = new Set<SpanId>();
  for (const { span } of spansOf(groups)) {
    if (ids.has(span.spanId)) repeated.add(span.spanId);
    ids.add(span.spanId);
  }
  return repeated;
};

/** OTLP's JSON is the key because it distinguishes integers, doubles and strings. */
const contentOf = ({ resource }: ResourceSpans, { scope }: ScopeSpans, span: Span): string =>
  JSON.stringify(
    formatTraceRequestJson([
      { resource, schemaUrl: '', scopeSpans: [{ scope, schemaUrl: '', spans: [span] }] },
    ]),
  );
