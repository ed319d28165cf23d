/** Variant of the measured application: Node options that preload modules, arguments and environment variables. */
export interface Variant {
  name: string;
  imports: readonly string[];
  args: readonly string[];
  env: NodeJS.ProcessEnv;
}

const library = { imports: ['--import', '@lantern/observability/register'], args: ['library'] };
const stock = { imports: ['--import', new URL('./stock.js', import.meta.url).href], args: [] };
const onePercent = {
  OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
  OTEL_TRACES_SAMPLER_ARG: '0.01',
};

export const bare: Variant = { name: 'bare', imports: [], args: [], env: {} };

export const libraryAtFull: Variant = { name: 'library, 100 %', ...library, env: {} };

export const traced: readonly Variant[] = [
  { name: 'stock http, 100 %', ...stock, env: { STOCK: 'http' } },
  { name: 'stock http, 1 %', ...stock, env: { STOCK: 'http', ...onePercent } },
  libraryAtFull,
  { name: 'library, 1 %', ...library, env: onePercent },
];

/** The library with a log line for each request. */
export const withAccessLine: Variant = {
  name: 'library with access line, 100 %',
  ...library,
  args: ['lines'],
  env: {},
};

/** The line of the request is shared with the interceptor, which Nest runs around the handler. */
export const withInterceptor: Variant = {
  name: 'library with interceptor, 100 %',
  ...library,
  args: ['interceptor'],
  env: {},
};

export const stockWithExpress: Variant = {
  name: 'stock http + express, 100 %',
  ...stock,
  env: { STOCK: 'express' },
};

/** Instrumentations of auto-instrumentations-node that make spans in an application on Express with pg and ioredis. */
export const stockApplication: Variant = {
  name: 'stock, 100 %',
  imports: ['--import', new URL('./stock-drivers.js', import.meta.url).href],
  args: [],
  env: { STOCK: 'application' },
};

/** Spans are sent by OTLP/protobuf to that endpoint, in batches after that delay. */
export const sendingTo = (endpoint: string, delayMillis: number): NodeJS.ProcessEnv => ({
  OTEL_SERVICE_NAME: 'bench',
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  OTEL_BSP_SCHEDULE_DELAY: String(delayMillis),
  OTEL_BSP_MAX_QUEUE_SIZE: '8192',
});
