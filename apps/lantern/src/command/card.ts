import type { LanternUrls } from '../lantern.js';

/** Renders the message of a started Lantern: its addresses, and the environment variables of an application that exports to it. */
export const renderCard = (
  version: string,
  { jaeger, otlp, otlpGrpc, loki, prometheus, sampling, zipkin }: LanternUrls,
  options: { readonly dataDir: string | undefined; readonly needsToken: boolean },
): string =>
  [
    `Lantern ${version}`,
    '',
    `  Web UI and Jaeger API   ${jaeger}${options.needsToken ? '   (asks for the token)' : ''}`,
    `  OTLP over HTTP          ${otlp}`,
    `  OTLP over gRPC          ${otlpGrpc}`,
    `  Loki API                ${loki}`,
    `  Prometheus API          ${prometheus}`,
    `  Remote sampling         ${sampling}`,
    ...(zipkin === undefined ? [] : [`  Spans of Zipkin         ${zipkin}/api/v2/spans`]),
    `  Kept in                 ${options.dataDir ?? 'memory, until this process ends'}`,
    '',
    'Send traces here from any OpenTelemetry SDK:',
    '',
    `  export OTEL_EXPORTER_OTLP_ENDPOINT=${otlp}`,
    ...(options.needsToken ? ['  export OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20<the token>'] : []),
    '',
  ].join('\n');
