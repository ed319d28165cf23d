import { parseKeyPairsIntoRecord } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { setting } from '../environment.js';
import { otlpUrl } from '../otlp/endpoint.js';
import type { SpanEncoding } from '../otlp/post-spans.js';
import type { Parcel } from '../delivery/blocking-sender.js';

/** A request with that many spans. */
export interface SpanParcel extends Parcel {
  count: number;
}

/** Maximum number of spans in one parcel, which receivers accept in one request. */
const MAX_SPANS = 2048;

/**
 * Spans as requests to where the exporter sends them by
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/. Uncompressed; a client certificate is not presented.
 */
export const otlpParcels = (
  env: NodeJS.ProcessEnv,
  spans: readonly ReadableSpan[],
  { contentType, encode }: Pick<SpanEncoding, 'contentType' | 'encode'>,
): SpanParcel[] => {
  const parcels: SpanParcel[] = [];
  for (let at = 0; at < spans.length; at += MAX_SPANS) {
    const some = spans.slice(at, at + MAX_SPANS);
    const body = encode(some);
    if (!body) continue;
    parcels.push({
      count: some.length,
      url: otlpUrl(env, 'TRACES'),
      headers: { 'content-type': contentType, ...headersFromEnv(env) },
      body,
    });
  }
  return parcels;
};

const headersFromEnv = (env: NodeJS.ProcessEnv): Record<string, string> => ({
  ...parseKeyPairsIntoRecord(setting(env, 'OTEL_EXPORTER_OTLP_HEADERS')),
  ...parseKeyPairsIntoRecord(setting(env, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS')),
});
