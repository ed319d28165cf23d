import type { Resource, ResourceSpans, Span } from '@lantern/telemetry-model';

/**
 * Repairs one thing that some senders get wrong and no reader should have to think of. Gives back the very
 * same array when there was nothing to repair: then the request is kept byte for byte as it came.
 */
export type Sanitizer = (groups: readonly ResourceSpans[]) => readonly ResourceSpans[];

/** `items.map(change)`, or `items` itself when nothing changed. */
const mapChanged = <T>(items: readonly T[], change: (item: T) => T): readonly T[] => {
  let changed: T[] | undefined;
  for (const [index, item] of items.entries()) {
    const result = change(item);
    if (result !== item) (changed ??= items.slice())[index] = result;
  }
  return changed ?? items;
};

export const eachResource =
  (change: (resource: Resource) => Resource): Sanitizer =>
  (groups) =>
    mapChanged(groups, (group) => {
      const resource = change(group.resource);
      return resource === group.resource ? group : { ...group, resource };
    });

export const eachSpan =
  (change: (span: Span) => Span): Sanitizer =>
  (groups) =>
    mapChanged(groups, (group) => {
      const scopeSpans = mapChanged(group.scopeSpans, (scope) => {
        const spans = mapChanged(scope.spans, change);
        return spans === scope.spans ? scope : { ...scope, spans };
      });
      return scopeSpans === group.scopeSpans ? group : { ...group, scopeSpans };
    });
