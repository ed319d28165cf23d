import type { Agent } from 'node:http';
import { diag } from '@opentelemetry/api';
import { getNumberFromEnv } from '@opentelemetry/core';
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import { ConsoleSpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace';
import type * as OtlpTransformer from '@opentelemetry/otlp-transformer';
import { setting } from '../environment.js';
import { load } from '../load.js';
import { otlpTarget } from '../otlp/endpoint.js';
import { type SpanEncoding, postSpans } from '../otlp/post-spans.js';
import { encodeTraceRequest } from '../otlp/trace-request.js';
import { readPartialSuccess } from '../otlp/trace-response.js';
import { sendBlocking } from '../delivery/blocking-sender.js';
import { otlpParcels } from './otlp-parcels.js';
import type { SpanSender } from './span-sender.js';

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#batch-span-processor */
const DEFAULT_EXPORT_TIMEOUT_MILLIS = 30_000;

/**
 * Creates the sender that `OTEL_TRACES_EXPORTER` names: `otlp` (default), `console` or `none`; undefined for none.
 * Endpoint, headers, certificates, compression and timeouts are read by OpenTelemetry's own code from `OTEL_EXPORTER_OTLP_*`.
 */
export const createSpanSender = (env: NodeJS.ProcessEnv): SpanSender | undefined => {
  const name = setting(env, 'OTEL_TRACES_EXPORTER')?.toLowerCase() ?? 'otlp';
  if (name === 'none') return undefined;
  if (name === 'console') return toConsole(new ConsoleSpanExporter());
  if (name !== 'otlp') {
    diag.warn(`OTEL_TRACES_EXPORTER is "${name}"; using otlp. Known: otlp, console, none.`);
  }
  const encoding = spanEncoding(env);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- how the exporters read their variables; nothing else does
  const options = convertLegacyHttpOptions({}, 'TRACES', 'v1/traces', {
    'Content-Type': encoding.contentType,
  });
  const exportTimeoutMillis = getNumberFromEnv('OTEL_BSP_EXPORT_TIMEOUT') ?? 0;
  const timeoutMillis = Math.min(
    options.timeoutMillis,
    exportTimeoutMillis > 0 ? exportTimeoutMillis : DEFAULT_EXPORT_TIMEOUT_MILLIS,
  );
  let agent: Promise<Agent> | undefined;
  const receiver = {
    options: { ...options, timeoutMillis },
    // Created for the first request: the factory is asynchronous, the start of the process is not.
    agent: () => (agent ??= Promise.resolve(options.agentFactory(new URL(options.url).protocol))),
  };
  return {
    target: otlpTarget(env, 'TRACES'),
    send: (spans) => postSpans(receiver, encoding, spans),
    sendBlocking: (spans, timeoutMillis) => {
      const parcels = otlpParcels(env, spans, encoding);
      const accepted = sendBlocking(parcels, timeoutMillis);
      return accepted.reduce(
        (lost, isAccepted, at) => lost - (isAccepted ? (parcels[at]?.count ?? 0) : 0),
        spans.length,
      );
    },
  };
};

const toConsole = (exporter: SpanExporter): SpanSender => ({
  target: 'the console',
  send: (spans) =>
    new Promise((resolve) => {
      exporter.export([...spans], () => resolve({ kind: 'accepted' }));
    }),
  sendBlocking: (spans) => {
    exporter.export([...spans], () => undefined);
    return 0;
  },
});

// Protobuf is the specification's default and half the bytes of JSON; JSON is for readability.
// https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specify-protocol
const spanEncoding = (env: NodeJS.ProcessEnv): SpanEncoding => {
  const protocol =
    setting(env, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? setting(env, 'OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol === 'http/json') {
    const { JsonTraceSerializer } = load('@opentelemetry/otlp-transformer') as typeof OtlpTransformer;
    return {
      contentType: 'application/json',
      encode: (spans) => JsonTraceSerializer.serializeRequest([...spans]),
      readAnswer: (body) => JsonTraceSerializer.deserializeResponse(body),
    };
  }
  if (protocol !== undefined && protocol !== 'http/protobuf') {
    diag.warn(
      `OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}"; using http/protobuf. Known: http/protobuf, http/json.`,
    );
  }
  return {
    contentType: 'application/x-protobuf',
    encode: encodeTraceRequest,
    readAnswer: readPartialSuccess,
  };
};
