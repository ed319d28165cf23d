import { attributeText, type Attributes } from '@lantern/telemetry-model';

/** Returns attributes as table rows. */
export const fieldsOf = (attributes: Attributes): (readonly [string, string])[] =>
  attributes.map(({ key, value }) => [key, attributeText(value)] as const);
