import type { KeyValueJson } from '@lantern/otlp/json';
import { textOf } from './span-texts.js';

/** Attribute names of the current semantic conventions, then older ones that many senders still use. */
const HTTP_STATUS = ['http.response.status_code', 'http.status_code'];
const SYSTEMS = ['db.system.name', 'db.system', 'messaging.system', 'rpc.system.name', 'rpc.system'];

/** @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
export const httpStatusOf = (attributes: readonly KeyValueJson[] | undefined): string | undefined =>
  firstOf(attributes, HTTP_STATUS);

/** Returns the database, messaging or RPC system that a span calls. */
export const systemOf = (attributes: readonly KeyValueJson[] | undefined): string | undefined =>
  firstOf(attributes, SYSTEMS);

const firstOf = (
  attributes: readonly KeyValueJson[] | undefined,
  keys: readonly string[],
): string | undefined => {
  for (const key of keys) {
    const text = textOf(attributes, key) ?? '';
    if (text !== '') return text;
  }
  return undefined;
};
