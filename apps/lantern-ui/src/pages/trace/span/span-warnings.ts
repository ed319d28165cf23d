import { attributeText, attributeValue, type Attributes, type Span } from '@lantern/telemetry-model';

/** Under which key backends tell what they changed or doubted in a span: a list of texts. */
const WARNINGS = '@jaeger@warnings';

export const spanWarnings = ({ attributes }: Pick<Span, 'attributes'>): string[] => {
  const value = attributeValue(attributes, WARNINGS);
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(attributeText) : [attributeText(value)];
};

/** What the sender said, without what a backend has added. */
export const ownAttributes = ({ attributes }: Pick<Span, 'attributes'>): Attributes =>
  attributes.filter(({ key }) => key !== WARNINGS);
