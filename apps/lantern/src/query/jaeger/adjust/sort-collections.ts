import type { Attributes, SpanEvent, Trace } from '@lantern/telemetry-model';
import { eachSpan, type Adjuster } from './adjuster.js';

const byKey = (attributes: Attributes): Attributes =>
  attributes.length < 2
    ? attributes
    : attributes.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));

const byTime = (events: readonly SpanEvent[]): readonly SpanEvent[] =>
  events.length < 2
    ? events
    : events.toSorted((a, b) =>
        a.timeUnixNano < b.timeUnixNano ? -1 : a.timeUnixNano > b.timeUnixNano ? 1 : 0,
      );

const sortSpan = eachSpan((span) => ({
  ...span,
  attributes: byKey(span.attributes),
  events: byTime(span.events).map((event) => ({ ...event, attributes: byKey(event.attributes) })),
  links: span.links.map((link) => ({ ...link, attributes: byKey(link.attributes) })),
}));

/**
 * Attributes by key, so that the same one stands at the same place in every span; events by time. (Jaeger
 * sorts events by name, which tells their story out of order.)
 */
export const sortCollections: Adjuster = (trace): Trace => {
  const sorted = sortSpan(trace);
  return {
    ...sorted,
    resourceSpans: sorted.resourceSpans.map((group) => ({
      ...group,
      resource: { ...group.resource, attributes: byKey(group.resource.attributes) },
    })),
  };
};
