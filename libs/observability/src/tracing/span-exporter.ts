import { diag } from '@opentelemetry/api';
import { ConsoleSpanExporter, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import { displayUrl } from '../http/url.js';
import { setting } from '../environment.js';
import { OtlpSpanExporter } from '../otlp/otlp-span-exporter.js';
import { encodeTraceRequest } from '../otlp/trace-request.js';
import { sendBlocking } from './blocking-sender.js';
import { type SpanEncoding, otlpParcels } from './otlp-parcels.js';

const defaultEndpoint = 'http://localhost:4318';

/** Where spans go. */
export interface SpanDestination {
  exporter: SpanExporter;
  /** As it may be told: without credentials. */
  target: string;
  /** Sends spans while the process ends, blocking for `timeoutMillis` at the most. Returns how many were lost. */
  sendBlocking: (spans: ReadableSpan[], timeoutMillis: number) => number;
}

/**
 * The exporter that `OTEL_TRACES_EXPORTER` names: `otlp` (default), `console` or `none`; undefined for none. The
 * endpoint, headers, compression and timeouts are read by the exporter itself from `OTEL_EXPORTER_OTLP_*`.
 */
export async function createSpanExporter(env: NodeJS.ProcessEnv): Promise<SpanDestination | undefined> {
  const name = setting(env, 'OTEL_TRACES_EXPORTER')?.toLowerCase() ?? 'otlp';
  if (name === 'none') return undefined;
  if (name === 'console') return toConsole(new ConsoleSpanExporter());
  if (name !== 'otlp') {
    diag.warn(`OTEL_TRACES_EXPORTER is "${name}"; using otlp. Known: otlp, console, none.`);
  }
  const { exporter, encoding } = await createOtlpExporter(env);
  return {
    exporter,
    target: targetOf(env),
    sendBlocking: (spans, timeoutMillis) => {
      const parcels = otlpParcels(env, spans, encoding);
      const accepted = sendBlocking(parcels, timeoutMillis);
      return accepted.reduce(
        (lost, isAccepted, at) => lost - (isAccepted ? (parcels[at]?.count ?? 0) : 0),
        spans.length,
      );
    },
  };
}

const toConsole = (exporter: SpanExporter): SpanDestination => ({
  exporter,
  target: 'the console',
  sendBlocking: (spans) => {
    exporter.export(spans, () => undefined);
    return 0;
  },
});

// Protobuf is what the specification asks for by default and half the bytes of JSON; JSON is there to be read.
// https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specify-protocol
async function createOtlpExporter(
  env: NodeJS.ProcessEnv,
): Promise<{ exporter: SpanExporter; encoding: SpanEncoding }> {
  const protocol =
    setting(env, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? setting(env, 'OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol === 'http/json') {
    const [{ OTLPTraceExporter }, { JsonTraceSerializer }] = await Promise.all([
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/otlp-transformer'),
    ]);
    return {
      exporter: new OTLPTraceExporter(),
      encoding: {
        contentType: 'application/json',
        encode: (spans) => JsonTraceSerializer.serializeRequest([...spans]),
      },
    };
  }
  if (protocol !== undefined && protocol !== 'http/protobuf') {
    diag.warn(
      `OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}"; using http/protobuf. Known: http/protobuf, http/json.`,
    );
  }
  return {
    exporter: new OtlpSpanExporter(),
    encoding: { contentType: 'application/x-protobuf', encode: encodeTraceRequest },
  };
}

/** The endpoint as it may be told: without credentials. */
function targetOf(env: NodeJS.ProcessEnv): string {
  const text =
    setting(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ??
    setting(env, 'OTEL_EXPORTER_OTLP_ENDPOINT') ??
    defaultEndpoint;
  try {
    const url = new URL(text);
    return `${url.protocol}//${url.host}`;
  } catch {
    return displayUrl(text);
  }
}
