import type { Resource, ResourceSpans, Span } from '@lantern/telemetry-model';

/**
 * Changes one property of spans. Returns the same array when nothing changed, so that unchanged
 * spans are neither copied nor encoded again.
 */
export type SpanEdit = (groups: readonly ResourceSpans[]) => readonly ResourceSpans[];

/** Returns `items.map(change)`, or `items` itself when nothing changed. */
export const mapChanged = <T>(items: readonly T[], change: (item: T) => T): readonly T[] => {
  let changed: T[] | undefined;
  for (const [index, item] of items.entries()) {
    const result = change(item);
    if (result !== item) (changed ??= items.slice())[index] = result;
  }
  return changed ?? items;
};

export const eachResource =
  (change: (resource: Resource) => Resource): SpanEdit =>
  (groups) =>
    mapChanged(groups, (group) => {
      const resource = change(group.resource);
      return resource === group.resource ? group : { ...group, resource };
    });

/** Same as {@link eachSpan}, for one group. */
export const eachSpanOf = (group: ResourceSpans, change: (span: Span) => Span): ResourceSpans => {
  const scopeSpans = mapChanged(group.scopeSpans, (scope) => {
    const spans = mapChanged(scope.spans, change);
    return spans === scope.spans ? scope : { ...scope, spans };
  });
  return scopeSpans === group.scopeSpans ? group : { ...group, scopeSpans };
};

export const eachSpan =
  (change: (span: Span) => Span): SpanEdit =>
  (groups) =>
    mapChanged(groups, (group) => eachSpanOf(group, change));
