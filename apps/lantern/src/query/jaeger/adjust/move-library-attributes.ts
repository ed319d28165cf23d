import {
  addWarning,
  attributeText,
  type Attribute,
  type Attributes,
  type Span,
} from '@lantern/telemetry-model';
import { eachSpanOf, mapChanged } from '../../../edit-spans.js';
import type { Adjuster } from './adjuster.js';

/** Attributes that name the library that created a span. */
export const LIBRARY_KEYS: ReadonlySet<string> = new Set([
  'telemetry.sdk.language',
  'telemetry.sdk.name',
  'telemetry.sdk.version',
  'telemetry.distro.name',
  'telemetry.distro.version',
]);

/**
 * Moves attributes that name the instrumentation library from spans to their resource. A span keeps a value that
 * contradicts the resource's, with a warning.
 */
export const moveLibraryAttributes: Adjuster = (groups) =>
  mapChanged(groups, (group) => {
    const ofResource = new Map(group.resource.attributes.map((attribute) => [attribute.key, attribute]));
    const moved: Attribute[] = [];
    const result = eachSpanOf(group, (span) => {
      const [library, others] = partition(span.attributes);
      if (library.length === 0) return span;
      const conflicting: Attribute[] = [];
      for (const attribute of library) {
        const known = ofResource.get(attribute.key);
        if (known === undefined) {
          ofResource.set(attribute.key, attribute);
          moved.push(attribute);
        } else if (!isEqual(known, attribute)) {
          conflicting.push(attribute);
        }
      }
      return conflicting.reduce<Span>(
        (warned, { key }) =>
          addWarning(warned, `conflicting values between Span and Resource for attribute ${key}`),
        { ...span, attributes: [...others, ...conflicting] },
      );
    });
    if (moved.length === 0) return result;
    const { resource } = group;
    return { ...result, resource: { ...resource, attributes: [...resource.attributes, ...moved] } };
  });

const partition = (attributes: Attributes): [library: Attribute[], others: Attribute[]] => {
  const library: Attribute[] = [];
  const others: Attribute[] = [];
  for (const attribute of attributes) (LIBRARY_KEYS.has(attribute.key) ? library : others).push(attribute);
  return [library, others];
};

const isEqual = (a: Attribute, b: Attribute): boolean =>
  typeof a.value === typeof b.value && attributeText(a.value) === attributeText(b.value);
