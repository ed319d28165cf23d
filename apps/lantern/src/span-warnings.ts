import { attributeText, attributeValue, type Span } from '@lantern/telemetry-model';

/** Where Jaeger, too, keeps what it had to say about a span: a list of texts. */
export const WARNINGS_ATTRIBUTE = '@jaeger@warnings';

export const warningsOf = (span: Pick<Span, 'attributes'>): string[] => {
  const value = attributeValue(span.attributes, WARNINGS_ATTRIBUTE);
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(attributeText) : [attributeText(value)];
};

export const addWarning = (span: Span, warning: string): Span => ({
  ...span,
  attributes: [
    ...span.attributes.filter(({ key }) => key !== WARNINGS_ATTRIBUTE),
    { key: WARNINGS_ATTRIBUTE, value: [...warningsOf(span), warning] },
  ],
});
