import type { Attributes, Span } from '@lantern/telemetry-model';

/** The decoder lets spans share what is empty; what is given away must be its owner's alone. */
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
