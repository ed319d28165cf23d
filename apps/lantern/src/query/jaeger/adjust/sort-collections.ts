import type { Attributes, ScopeSpans, SpanEvent } from '@lantern/telemetry-model';
import { eachResource, eachSpan, mapChanged } from '../../../edit-spans.js';
import type { Adjuster } from './adjuster.js';

/** Returns the same array when its items are in order, as most are. */
const sortedBy = <T>(items: readonly T[], compare: (a: T, b: T) => number): readonly T[] => {
  for (let index = 1; index < items.length; index++) {
    if (compare(items[index - 1] as T, items[index] as T) > 0) return items.toSorted(compare);
  }
  return items;
};

const byKey = (attributes: Attributes): Attributes =>
  sortedBy(attributes, (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));

const byTime = (events: readonly SpanEvent[]): readonly SpanEvent[] =>
  sortedBy(events, (a, b) =>
    a.timeUnixNano < b.timeUnixNano ? -1 : a.timeUnixNano > b.timeUnixNano ? 1 : 0,
  );

const sortAttributes = <T extends { readonly attributes: Attributes }>(holder: T): T => {
  const attributes = byKey(holder.attributes);
  return attributes === holder.attributes ? holder : { ...holder, attributes };
};

const sortSpans = eachSpan((span) => {
  const sorted = sortAttributes(span);
  const events = mapChanged(byTime(span.events), sortAttributes);
  const links = mapChanged(span.links, sortAttributes);
  return events === span.events && links === span.links ? sorted : { ...sorted, events, links };
});

const sortScopes: Adjuster = (groups) =>
  mapChanged(groups, (group) => {
    const scopeSpans = mapChanged(group.scopeSpans, (scopeGroup): ScopeSpans => {
      const scope = sortAttributes(scopeGroup.scope);
      return scope === scopeGroup.scope ? scopeGroup : { ...scopeGroup, scope };
    });
    return scopeSpans === group.scopeSpans ? group : { ...group, scopeSpans };
  });

const sortResources = eachResource(sortAttributes);

/**
 * Sorts attributes by key, so that an attribute has the same position in every span, and events by time. (Jaeger
 * sorts events by name, which loses their order in time.)
 */
export const sortCollections: Adjuster = (groups) => sortResources(sortScopes(sortSpans(groups)));
