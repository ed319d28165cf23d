import { attributeText } from './attribute-text.js';
import { attributeValue } from './attributes.js';
import type { Span } from './span.js';

/** Attribute with the warnings about a span, a list of strings, as in Jaeger. */
export const WARNINGS_ATTRIBUTE = '@jaeger@warnings';

export const warningsOf = (span: Pick<Span, 'attributes'>): string[] => {
  const value = attributeValue(span.attributes, WARNINGS_ATTRIBUTE);
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(attributeText) : [attributeText(value)];
};

export const addWarning = (span: Span, warning: string): Span => addWarnings(span, [warning]);

export const addWarnings = (span: Span, warnings: readonly string[]): Span => ({
  ...span,
  attributes: [
    ...span.attributes.filter(({ key }) => key !== WARNINGS_ATTRIBUTE),
    { key: WARNINGS_ATTRIBUTE, value: [...warningsOf(span), ...warnings] },
  ],
});
