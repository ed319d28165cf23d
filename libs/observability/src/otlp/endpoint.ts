import { setting } from '../environment.js';
import { displayUrl } from '../redaction/url.js';

type Signal = 'LOGS' | 'TRACES';

/** Endpoint of all signals that is used if no variable names one. */
const DEFAULT_ENDPOINT = 'http://localhost:4318';

const endpointOf = (env: NodeJS.ProcessEnv, signal: Signal): string | undefined =>
  setting(env, `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`);

const commonEndpoint = (env: NodeJS.ProcessEnv): string =>
  setting(env, 'OTEL_EXPORTER_OTLP_ENDPOINT') ?? DEFAULT_ENDPOINT;

/**
 * Returns the URL of a signal's requests. Only the common endpoint gets the signal's path.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp
 */
export const otlpUrl = (env: NodeJS.ProcessEnv, signal: Signal): string =>
  endpointOf(env, signal) ?? `${commonEndpoint(env).replace(/\/$/, '')}/v1/${signal.toLowerCase()}`;

/** Returns the origin of a signal's endpoint for messages, without credentials. */
export const otlpTarget = (env: NodeJS.ProcessEnv, signal: Signal): string => {
  const text = endpointOf(env, signal) ?? commonEndpoint(env);
  try {
    const { protocol, host } = new URL(text);
    return `${protocol}//${host}`;
  } catch {
    return displayUrl(text);
  }
};
