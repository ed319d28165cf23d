import { Server } from 'node:http';
import { makesHttpSpans } from '../http/http-spans.js';
import { ownProviderMark } from '../tracing/tracer-provider.js';
import { registeredProvider } from './api-copies.js';

/** Slot of OpenTelemetry's API, which its copies of all versions share. */
const apiSlot = Symbol.for('opentelemetry.js.api.1');

let isOwnSdk = false;

/** Notes that a stock SDK has the components of this library, whatever provider it registers. */
export const noteOwnSdk = (): void => {
  isOwnSdk = true;
};

/** Returns the class of the tracer provider that other code has registered; undefined for this library's own, and for none. */
export const foreignProvider = (): string | undefined => {
  if (isOwnSdk) return undefined;
  const provider = registeredProvider();
  const name = provider.constructor.name;
  // Without any provider the API gives one that does nothing; an older version of the API hides the one that there is.
  if (name === 'NoopTracerProvider') return olderApi();
  return ownProviderMark in provider ? undefined : name;
};

const olderApi = (): string | undefined => {
  const slot = (globalThis as { [apiSlot]?: { version?: string; trace?: object } })[apiSlot];
  return slot?.trace === undefined
    ? undefined
    : `a provider of @opentelemetry/api ${slot.version ?? 'of another version'}, which @opentelemetry/api of this library cannot use: install one version of it`;
};

/** Found once: the hooks of this library hide later what the other tracer has wrapped. */
let httpTracer: string | undefined;

/** Returns the name of another tracer that makes the spans of HTTP in this process. */
export const foreignHttpTracer = (): string | undefined => (httpTracer ??= findHttpTracer());

const findHttpTracer = (): string | undefined => {
  const { _ddtrace: datadog, __SENTRY__: sentry } = globalThis as {
    _ddtrace?: unknown;
    __SENTRY__?: unknown;
  };
  if (datadog !== undefined) return 'Datadog';
  // OpenTelemetry's instrumentations mark what they wrap.
  if ((Server.prototype.emit as { __wrapped?: boolean }).__wrapped) return 'instrumentation-http';
  return sentry !== undefined && foreignProvider() !== undefined ? 'Sentry' : undefined;
};

/** Returns what is done beside another tracer, as a message; undefined without another one. */
export const foreignTracing = (): string | undefined => {
  const provider = foreignProvider();
  const http = foreignHttpTracer();
  if (provider === undefined && http === undefined) return undefined;
  const spans = provider === undefined ? '' : `Spans are made by ${provider}, which was registered before. `;
  if (makesHttpSpans())
    return `${spans}HTTP requests and calls have spans of @lantern/observability (httpSpans: true).`;
  return `${spans}Those of HTTP are left to ${http ?? 'another tracer'} (httpSpans: false); log lines carry their ids.`;
};
