import type { Attributes, Span } from '@lantern/telemetry-model';

/** Returns a copy that the caller may change. Decoded spans share their empty collections. */
export const ownedSpan = (span: Span): Span => ({
  ...span,
  status: { ...span.status },
  attributes: ownedAttributes(span.attributes),
  events:
    span.events.length === 0
      ? []
      : span.events.map((event) => ({ ...event, attributes: ownedAttributes(event.attributes) })),
  links:
    span.links.length === 0
      ? []
      : span.links.map((link) => ({ ...link, attributes: ownedAttributes(link.attributes) })),
});

const ownedAttributes = (attributes: Attributes): Attributes => (attributes.length === 0 ? [] : attributes);
