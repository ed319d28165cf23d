import {
  AttributeMap,
  type AnyValue,
  type Attribute,
  type Attributes,
  type ResourceSpans,
  type Span,
} from '@lantern/telemetry-model';
import { maskField, maskText } from '@lantern/trace-analysis';

/** Returns the fields with their secrets masked. */
export const maskedFields = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, maskField(key, value)]));

/** Returns the spans with secrets masked in every text that a sender writes: names, messages and values. */
export const maskedResourceSpans = (groups: readonly ResourceSpans[]): ResourceSpans[] =>
  groups.map((group) => ({
    ...group,
    resource: { ...group.resource, attributes: maskedAttributes(group.resource.attributes) },
    scopeSpans: group.scopeSpans.map((scoped) => ({
      ...scoped,
      scope: { ...scoped.scope, attributes: maskedAttributes(scoped.scope.attributes) },
      spans: scoped.spans.map(maskedSpan),
    })),
  }));

const maskedSpan = (span: Span): Span => ({
  ...span,
  name: maskText(span.name),
  traceState: maskText(span.traceState),
  attributes: maskedAttributes(span.attributes),
  status: { ...span.status, message: maskText(span.status.message) },
  events: span.events.map((event) => ({
    ...event,
    name: maskText(event.name),
    attributes: maskedAttributes(event.attributes),
  })),
  links: span.links.map((link) => ({ ...link, attributes: maskedAttributes(link.attributes) })),
});

const maskedAttributes = (attributes: Attributes): Attributes => attributes.map(maskedAttribute);

const maskedAttribute = ({ key, value }: Attribute): Attribute => ({ key, value: maskedValue(key, value) });

/** Masks a value, and the values within it by their own keys. */
const maskedValue = (key: string, value: AnyValue): AnyValue => {
  if (typeof value === 'string') return maskField(key, value);
  if (value instanceof AttributeMap) return new AttributeMap(maskedAttributes(value.entries));
  // Headers are lists of texts in OpenTelemetry's conventions.
  if (Array.isArray(value)) return value.map((item: AnyValue) => maskedValue(key, item));
  return value;
};
