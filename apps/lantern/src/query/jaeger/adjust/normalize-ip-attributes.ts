import type { AnyValue, Attribute, Attributes } from '@lantern/telemetry-model';
import { eachResource, eachSpan, mapChanged } from '../../../edit-spans.js';
import type { Adjuster } from './adjuster.js';

const KEYS: ReadonlySet<string> = new Set(['ip', 'peer.ipv4']);

/** The 32 bits of an IPv4 address, which older senders write as one number. */
const addressBits = (value: AnyValue): number | undefined => {
  if (typeof value === 'bigint') return Number(BigInt.asUintN(32, value));
  return typeof value === 'number' ? value >>> 0 : undefined;
};

export const normalizeIpAttribute = (attribute: Attribute): Attribute => {
  const bits = KEYS.has(attribute.key) ? addressBits(attribute.value) : undefined;
  if (bits === undefined) return attribute;
  const value = [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
  return { key: attribute.key, value };
};

const normalizeHolder = <T extends { readonly attributes: Attributes }>(holder: T): T => {
  const attributes = mapChanged(holder.attributes, normalizeIpAttribute);
  return attributes === holder.attributes ? holder : { ...holder, attributes };
};

const resources = eachResource(normalizeHolder);
const spans = eachSpan(normalizeHolder);

/** `ip: 134744072` reads `ip: 8.8.8.8`. */
export const normalizeIpAttributes: Adjuster = (groups) => spans(resources(groups));
