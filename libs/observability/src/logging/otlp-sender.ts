import type { Agent } from 'node:http';
import {
  type HrTime,
  type LogRecord,
  ROOT_CONTEXT,
  SeverityNumber,
  TraceFlags,
  diag,
  trace,
} from '@opentelemetry/api';
import type { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { setting } from '../environment.js';
import { describeError } from '../redaction/errors.js';
import { serviceIdentity } from '../identity/service-identity.js';
import type { Parcel } from '../delivery/blocking-sender.js';
import { detectedResource } from '../identity/resource.js';
import { parseRetryAfter } from '../delivery/backoff.js';
import type { QueuedLine } from './line-queue.js';
import { type SendOutcome, failedOutcome } from '../delivery/send-outcome.js';
import type { LineSender } from './line-sender.js';
import type { Level } from './log-level.js';
import { otlpTarget } from '../otlp/endpoint.js';
import { type OtlpHttpOptions, postOtlp } from '../otlp/otlp-request.js';

const LOGGER_NAME = '@lantern/observability';

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const severities: Record<Level, SeverityNumber> = {
  fatal: SeverityNumber.FATAL,
  error: SeverityNumber.ERROR,
  warn: SeverityNumber.WARN,
  info: SeverityNumber.INFO,
  debug: SeverityNumber.DEBUG,
  trace: SeverityNumber.TRACE,
};

/**
 * Sends lines as OTLP log records, made through OpenTelemetry's logs API. Endpoint, headers, compression, certificates
 * and timeout come from `OTEL_EXPORTER_OTLP_*`. The body is the line of JSON that stdout and Loki get too.
 */
export class OtlpSender implements LineSender {
  readonly target: string;
  private pipeline: Promise<Pipeline> | undefined;
  /** Set once it is loaded. */
  private ready: Pipeline | undefined;

  constructor(private readonly env: NodeJS.ProcessEnv) {
    this.target = otlpTarget(env, 'LOGS');
  }

  async send(lines: readonly QueuedLine[]): Promise<SendOutcome> {
    try {
      // Loaded with the first line that is sent, not with the application.
      this.pipeline ??= createPipeline(this.env);
      const { options, agent, toRecords, serializer } = (this.ready = await this.pipeline);
      const request = serializer.serializeRequest(toRecords(lines));
      if (request === undefined) return { kind: 'refused', reason: 'the lines cannot be encoded' };
      const { status, statusText, headers, body } = await postOtlp(options, agent, request);
      if (status >= 200 && status < 300) return { kind: 'accepted', rejected: rejectedIn(serializer, body) };
      return failedOutcome(`HTTP ${status} ${statusText}`, status, parseRetryAfter(headers['retry-after']));
    } catch (error) {
      return { kind: 'later', reason: describeError(error).message };
    }
  }

  parcel(lines: readonly QueuedLine[]): Parcel | undefined {
    if (!this.ready) return undefined;
    const { options, headers, toRecords, serializer } = this.ready;
    const body = serializer.serializeRequest(toRecords(lines));
    return body && { url: options.url, headers, body };
  }

  async close(): Promise<void> {
    // Connections that are kept alive keep no process alive.
  }
}

type Serializer = typeof ProtobufLogsSerializer;

interface Pipeline {
  options: OtlpHttpOptions;
  agent: Agent;
  headers: Record<string, string>;
  serializer: Serializer;
  toRecords: (lines: readonly QueuedLine[]) => ReadableLogRecord[];
}

const createPipeline = async (env: NodeJS.ProcessEnv): Promise<Pipeline> => {
  const [{ LoggerProvider }, otlpHttp, serializers] = await Promise.all([
    import('@opentelemetry/sdk-logs'),
    import('@opentelemetry/otlp-exporter-base/node-http'),
    import('@opentelemetry/otlp-transformer'),
  ]);
  const resource = detectedResource(serviceIdentity(env), env);
  await resource.waitForAsyncAttributes?.();
  let records: ReadableLogRecord[] = [];
  const provider = new LoggerProvider({
    resource,
    // Queueing, batching and dropping happen before a line gets here.
    processors: [
      {
        onEmit: (record) => void records.push(record),
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      },
    ],
  });
  const logger = provider.getLogger(LOGGER_NAME);
  const isJson = wantsJson(env);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- how the exporters read their variables; nothing else does
  const options = otlpHttp.convertLegacyHttpOptions({}, 'LOGS', 'v1/logs', {
    'Content-Type': isJson ? 'application/json' : 'application/x-protobuf',
  });
  return {
    options,
    headers: await options.headers(),
    agent: await options.agentFactory(new URL(options.url).protocol),
    serializer: isJson ? serializers.JsonLogsSerializer : serializers.ProtobufLogsSerializer,
    toRecords: (lines) => {
      records = [];
      for (const line of lines) logger.emit(logRecordOf(line));
      return records;
    },
  };
};

const logRecordOf = ({
  level,
  text,
  time,
  traceId,
  spanId,
  traceFlags,
  correlationId,
}: QueuedLine): LogRecord => {
  return {
    timestamp: hrTimeOf(time),
    severityNumber: severities[level],
    severityText: level,
    body: text,
    attributes: { level, ...(correlationId === undefined ? {} : { correlation_id: correlationId }) },
    context:
      traceId === undefined || spanId === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: traceFlags ?? TraceFlags.NONE }),
  };
};

/** Seconds and nanoseconds. In one number the last digits of the nanoseconds would be rounding. */
const hrTimeOf = (millis: number): HrTime => {
  const micros = Math.round(millis * 1000);
  const seconds = Math.floor(micros / 1_000_000);
  return [seconds, (micros - seconds * 1_000_000) * 1000];
};

/** https://opentelemetry.io/docs/specs/otlp/#partial-success-1 */
const rejectedIn = (
  serializer: Serializer,
  body: Uint8Array,
): { count: number; reason: string } | undefined => {
  if (body.length === 0) return undefined;
  try {
    const { partialSuccess } = serializer.deserializeResponse(body);
    // JSON writes numbers of 64 bits as text.
    const count = Number.parseInt(String(partialSuccess?.rejectedLogRecords ?? 0), 10);
    return count > 0 ? { count, reason: partialSuccess?.errorMessage ?? 'no reason given' } : undefined;
  } catch {
    // The request was accepted, by a receiver with a response format of its own.
    return undefined;
  }
};

// As for spans: protobuf by default, JSON for readability.
// https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specify-protocol
const wantsJson = (env: NodeJS.ProcessEnv): boolean => {
  const protocol =
    setting(env, 'OTEL_EXPORTER_OTLP_LOGS_PROTOCOL') ?? setting(env, 'OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol === 'http/json') return true;
  if (protocol !== undefined && protocol !== 'http/protobuf') {
    diag.warn(
      `The OTLP protocol of log lines is "${protocol}"; using http/protobuf. Known: http/protobuf, http/json.`,
    );
  }
  return false;
};
