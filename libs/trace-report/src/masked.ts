import {
  AttributeMap,
  type AnyValue,
  type Attribute,
  type Attributes,
  type ResourceSpans,
  type Span,
} from '@lantern/telemetry-model';
import { isGenAiMessage, maskField, maskText } from '@lantern/trace-analysis';

/** Returns the fields with their secrets masked. */
export const maskedFields = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, maskField(key, value)]));

/** Returns the spans with secrets masked in every text that a sender writes: names, messages and values. */
export const maskedResourceSpans = (
  groups: readonly ResourceSpans[],
  hidesMessages = false,
): ResourceSpans[] =>
  groups.map((group) => ({
    ...group,
    resource: { ...group.resource, attributes: maskedAttributes(group.resource.attributes) },
    scopeSpans: group.scopeSpans.map((scoped) => ({
      ...scoped,
      scope: { ...scoped.scope, attributes: maskedAttributes(scoped.scope.attributes) },
      spans: scoped.spans.map((span) => maskedSpan(hidesMessages ? withoutMessages(span) : span)),
    })),
  }));

/** Masks what users and models wrote: attributes of the span, and events that are messages. */
const withoutMessages = (span: Span): Span => ({
  ...span,
  attributes: span.attributes.map((attribute) =>
    isGenAiMessage(attribute.key) ? { ...attribute, value: '***' } : attribute,
  ),
  events: span.events.map((event) =>
    event.name.startsWith('gen_ai.')
      ? { ...event, attributes: event.attributes.map(({ key }) => ({ key, value: '***' })) }
      : event,
  ),
});

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
