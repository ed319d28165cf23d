import { attributeText, attributeValue, type Attributes, type Span } from '@lantern/telemetry-model';

/** Attribute with the warnings of a backend about changes and doubts: a list of texts. */
const WARNINGS = '@jaeger@warnings';

export const spanWarnings = ({ attributes }: Pick<Span, 'attributes'>): string[] => {
  const value = attributeValue(attributes, WARNINGS);
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(attributeText) : [attributeText(value)];
};

/** Returns the attributes of the sender, without those that a backend added. */
export const ownAttributes = ({ attributes }: Pick<Span, 'attributes'>): Attributes =>
  attributes.filter(({ key }) => key !== WARNINGS);
