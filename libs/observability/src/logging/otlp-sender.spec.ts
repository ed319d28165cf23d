import { TraceFlags } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closedPort } from '../../test/http-server.js';
import { type OtlpLogsSink, startOtlpLogsSink } from '../../test/otlp-logs-sink.js';
import { captureStdout } from '../../test/stdout.js';
import { until } from '../../test/until.js';
import { setUntracedPaths } from '../http/untraced-paths.js';
import { startTestTelemetry } from '../testing/index.js';
import { Tracer } from '../tracing/tracer.js';
import { Backoff } from '../delivery/backoff.js';
import { LineDelivery } from './line-delivery.js';
import type { LogRecord } from './log-record.js';
import { OtlpSender } from './otlp-sender.js';
import { TraceLogger } from './trace-logger.js';

const telemetry = startTestTelemetry();
// The receiver of these tests runs in the same process.
setUntracedPaths(['/v1/logs']);

let sink: OtlpLogsSink;
let stdout: ReturnType<typeof captureStdout>;
const env = { ...process.env };

beforeEach(async () => {
  sink = await startOtlpLogsSink();
  Object.assign(process.env, {
    OTEL_SERVICE_NAME: 'order-service',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging,team=shop',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    // Which the sink can read.
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    LOG_LEVEL: 'trace',
  });
  Reflect.deleteProperty(process.env, 'LOKI_URL');
  stdout = captureStdout();
});
afterEach(async () => {
  stdout.release();
  process.env = { ...env };
  await sink.close();
});

const json = () => new TraceLogger({ logFormat: 'json' });
const messages = (): string[] =>
  sink.records.map(({ body }) => (JSON.parse(body.stringValue) as LogRecord).message);

describe('log lines by OTLP', () => {
  it('Log records have the text of stdout, and severity, time, trace and resource in OpenTelemetry’s fields', async () => {
    const logger = json();
    const ids = new Tracer().withSpan('request', (span) => {
      logger.error('Payment processing failed', { product: 'laptop' }, 'Payments');
      return span.spanContext();
    });
    await until('the line', () => sink.records.length === 1);
    await logger.shutdown(1000);
    const [record] = sink.records;
    expect(record?.body.stringValue).toBe(stdout.lines()[0]);
    expect(record).toMatchObject({
      severityNumber: 17,
      severityText: 'error',
      traceId: ids.traceId,
      spanId: ids.spanId,
      flags: TraceFlags.SAMPLED,
      attributes: { level: 'error' },
      resource: {
        'service.name': 'order-service',
        'deployment.environment.name': 'staging',
        team: 'shop',
        'service.instance.id': expect.any(String),
      },
    });
    const written = JSON.parse(record?.body.stringValue ?? '') as LogRecord;
    const micros = BigInt(record?.timeUnixNano ?? 0) / 1000n;
    expect(
      `${new Date(Number(micros / 1000n)).toISOString().slice(0, 23)}${String(micros % 1000n).padStart(3, '0')}Z`,
    ).toBe(written.timestamp);
  });

  it('Log records have the severity of their level', async () => {
    const logger = json();
    for (const level of ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const) logger[level]('x');
    await logger.shutdown(2000);
    expect(sink.records.map(({ severityText, severityNumber }) => [severityText, severityNumber])).toEqual([
      ['fatal', 21],
      ['error', 17],
      ['warn', 13],
      ['info', 9],
      ['debug', 5],
      ['trace', 1],
    ]);
  });

  it('Requests with log records have no spans and no trace headers, even if they start inside a traced request', async () => {
    telemetry.reset();
    const logger = json();
    new Tracer().withSpan('request', () => logger.log('inside'));
    await until('the line', () => sink.records.length === 1);
    await logger.shutdown(1000);
    expect(telemetry.tree()).toBe('request [internal]');
    expect(Object.keys(sink.requests[0] ?? {}).filter((name) => /b3|trace|correlation/.test(name))).toEqual(
      [],
    );
  });

  it('Lines are sent only by OTLP if LOKI_URL is set too, with one warning', async () => {
    process.env.LOKI_URL = 'http://127.0.0.1:1';
    const logger = json();
    await logger.shutdown(2000);
    expect(messages()).toEqual([expect.stringMatching(/^OTEL_LOGS_EXPORTER is "otlp" and LOKI_URL is set/)]);
    expect(stdout.lines()).toHaveLength(1);
  });

  it('Log records are not sent if the SDK is disabled', async () => {
    process.env.OTEL_SDK_DISABLED = 'true';
    const logger = json();
    logger.log('stdout alone');
    await logger.shutdown(1000);
    expect(sink.requests).toEqual([]);
  });
});

describe('an OTLP receiver that fails', () => {
  let reports: string[];
  let delivery: LineDelivery;
  beforeEach(() => {
    reports = [];
    delivery = new LineDelivery({
      sender: new OtlpSender(process.env),
      report: (_level, message) => reports.push(message),
      backoff: new Backoff(Math.random, { firstMillis: 20, lastMillis: 50 }),
    });
  });
  afterEach(() => delivery.shutdown(100));

  const write = (...lines: string[]): void => {
    for (const message of lines) {
      delivery.push({ level: 'info', text: JSON.stringify({ message }), bytes: 100, time: Date.now() });
    }
  };

  it('An unavailable receiver gets the lines later, with one log line when it fails and one when it is back', async () => {
    sink.answerWith(500);
    write('first');
    await until('two attempts', () => sink.requests.length >= 2);
    write('second');
    sink.answerWith(200);
    await until('both reports', () => reports.length === 2);
    await until('both lines', () => sink.records.length === 2);
    expect(messages()).toEqual(['first', 'second']);
    expect(reports).toEqual([
      expect.stringContaining(`${sink.url} cannot be reached (HTTP 500 Internal Server Error)`),
      `${sink.url} is back; no log lines were dropped meanwhile`,
    ]);
  });

  it('A permanently rejected log record is discarded alone', async () => {
    sink.refuse((line) => line.includes('poison'));
    write('one', 'two', 'poison', 'three');
    await until('the others', () => sink.records.length === 3);
    await until('the report', () => reports.length === 1);
    expect(messages()).toEqual(['one', 'two', 'three']);
    expect(reports[0]).toBe(`${sink.url} refused 1 log line: HTTP 400 Bad Request`);
  });

  it('Log records that a partial success rejects are counted and reported', async () => {
    sink.reject((line) => line.includes('poison'));
    write('one', 'poison', 'two', 'poison');
    await until('the report', () => reports.length === 1);
    expect(messages()).toEqual(['one', 'two']);
    expect(reports[0]).toBe(`${sink.url} refused 2 log lines: by the test`);
  });

  it('A retry waits at least as long as the receiver asks', async () => {
    sink.answerWith(429, { 'retry-after': '1' });
    write('patient');
    await until('an attempt', () => reports.length === 1);
    const before = performance.now();
    sink.answerWith(200);
    await until('the line', () => sink.records.length === 1);
    expect(performance.now() - before).toBeGreaterThan(900);
    expect(sink.requests).toHaveLength(2);
  });

  it('A request without a response ends after OTEL_EXPORTER_OTLP_TIMEOUT', async () => {
    process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '50';
    sink.answerWith(undefined);
    write('kept');
    await until('the report', () => reports.length === 1);
    expect(reports[0]).toContain('no complete answer within 50 ms');
  });

  it('Requests have the configured headers and compression', async () => {
    process.env.OTEL_EXPORTER_OTLP_HEADERS = 'authorization=Bearer%20abc';
    process.env.OTEL_EXPORTER_OTLP_COMPRESSION = 'gzip';
    write('small');
    await until('the line', () => sink.records.length === 1);
    expect(sink.requests[0]).toMatchObject({ authorization: 'Bearer abc', 'content-encoding': 'gzip' });
  });

  it('Shutdown meets its deadline without a receiver, and reports the remaining lines', async () => {
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${await closedPort()}`;
    write('lost');
    const before = performance.now();
    await delivery.shutdown(300);
    expect(performance.now() - before).toBeLessThan(20_000);
    expect(reports.at(-1)).toMatch(/^1 log lines were not sent to .* before the end$/);
  });
});
