import { attributeText, type Attributes } from '@lantern/telemetry-model';

/** Attributes as the rows of a table. */
export const fieldsOf = (attributes: Attributes): (readonly [string, string])[] =>
  attributes.map(({ key, value }) => [key, attributeText(value)] as const);
