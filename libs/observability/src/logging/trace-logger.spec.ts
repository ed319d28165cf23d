import { Logger } from '@nestjs/common';
import { ROOT_CONTEXT, context, defaultTextMapGetter, propagation } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FakeLoki, startLoki } from '../../test/loki.js';
import { captureStdout } from '../../test/stdout.js';
import { until } from '../../test/until.js';
import type { ObservabilityOptions } from '../observability.options.js';
import { setUntracedPaths } from '../http/untraced-paths.js';
import { startTestTelemetry } from '../testing/index.js';
import { Tracer } from '../tracing/tracer.js';
import { TraceLogger } from './trace-logger.js';

startTestTelemetry();
setUntracedPaths(['/loki']);

let stdout: ReturnType<typeof captureStdout>;
const env = { ...process.env };

beforeEach(() => {
  for (const name of ['LOG_LEVEL', 'LOG_FORMAT', 'LOKI_URL', 'OTEL_LOGS_EXPORTER'])
    Reflect.deleteProperty(process.env, name);
  process.env.OTEL_SERVICE_NAME = 'order-service';
  stdout = captureStdout();
});
afterEach(() => {
  stdout.release();
  process.env = { ...env };
});

const json = (options: ObservabilityOptions = {}) => new TraceLogger({ logFormat: 'json', ...options });

describe('TraceLogger', () => {
  it('TraceLogger writes one line of JSON for each call', () => {
    json().log('started', { port: 8002 }, 'Main');
    expect(stdout.json()).toEqual([
      {
        timestamp: expect.any(String),
        level: 'info',
        message: 'started',
        service: 'order-service',
        context: 'Main',
        port: 8002,
      },
    ]);
  });

  it('A log line has the trace, span and correlation ID of its request', () => {
    const logger = json();
    const request = propagation.extract(
      ROOT_CONTEXT,
      { 'x-correlation-id': 'order-42' },
      defaultTextMapGetter,
    );
    context.with(request, () =>
      new Tracer().withSpan('request', (span) => {
        logger.log('inside');
        const { traceId, spanId } = span.spanContext();
        expect(stdout.json()[0]).toMatchObject({
          trace_id: traceId,
          span_id: spanId,
          correlation_id: 'order-42',
        });
      }),
    );
    logger.log('outside');
    expect(Object.keys(stdout.json()[1] ?? {})).toEqual(['timestamp', 'level', 'message', 'service']);
  });

  it("TraceLogger names Nest's levels as Loki does", () => {
    const logger = json({ logLevel: 'verbose' });
    for (const level of ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const) logger[level]('x');
    expect(stdout.json().map(({ level }) => level)).toEqual([
      'fatal',
      'error',
      'warn',
      'info',
      'debug',
      'trace',
    ]);
  });

  it.each([
    [undefined, ['fatal', 'error', 'warn', 'info']],
    ['warn', ['fatal', 'error', 'warn']],
    ['log', ['fatal', 'error', 'warn', 'info']],
    ['DEBUG', ['fatal', 'error', 'warn', 'info', 'debug']],
  ])('TraceLogger writes the levels down to LOG_LEVEL=%s', (level, written) => {
    if (level !== undefined) process.env.LOG_LEVEL = level;
    const logger = json();
    for (const each of ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const) logger[each]('x');
    expect(stdout.json().map((line) => line.level)).toEqual(written);
  });

  it('An unknown LOG_LEVEL gets a warning, and info is used', () => {
    process.env.LOG_LEVEL = 'loud';
    json().debug('unheard');
    expect(stdout.json()).toMatchObject([
      {
        level: 'warn',
        message: 'LOG_LEVEL is "loud"; using info. Known: fatal, error, warn, info, debug, trace.',
      },
    ]);
  });

  it('TraceLogger writes readable lines if LOG_FORMAT asks for them', () => {
    process.env.LOG_FORMAT = 'pretty';
    new TraceLogger().warn('careful', 'Main');
    expect(stdout.lines()[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}\[Main\] careful$/);
  });

  it("Nest's Logger writes through TraceLogger, with a stack and a context", () => {
    Logger.overrideLogger(json());
    new Logger('Payments').error('failed', new Error('boom').stack);
    Logger.overrideLogger(true);
    expect(stdout.json()[0]).toMatchObject({
      level: 'error',
      message: 'failed',
      context: 'Payments',
      stack: expect.stringContaining('Error: boom'),
    });
  });

  it("Nest's start-up lines about modules and routes have the level debug", () => {
    const logger = json();
    for (const context of ['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']) {
      logger.log('Mapped {/orders, POST} route', context);
      logger.warn('A route is there twice', context);
    }
    json({ logLevel: 'debug' }).log('Mapped {/orders, POST} route', 'RouterExplorer');
    expect(stdout.json().map(({ level, context }) => `${String(level)} ${String(context)}`)).toEqual([
      'warn InstanceLoader',
      'warn RoutesResolver',
      'warn RouterExplorer',
      'info NestApplication',
      'warn NestApplication',
      'debug RouterExplorer',
    ]);
  });

  it('TraceLogger never throws for any arguments', () => {
    const logger = json();
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    expect(() => {
      logger.log(hostile);
      logger.error('x', hostile, 'Main');
      logger.log(Object.create(null));
      logger.log('still here');
    }).not.toThrow();
    expect(stdout.json()).toMatchObject([
      { message: 'A message that cannot be read', unreadable: 'no' },
      { level: 'error', message: 'x', unreadable: 'no' },
      { message: '' },
      { message: 'still here' },
    ]);
  });

  it('Lines of the same millisecond have different times', () => {
    const logger = json();
    for (let count = 0; count < 20; count++) logger.log('same');
    expect(new Set(stdout.lines()).size).toBeGreaterThan(10);
  });
});

describe('TraceLogger with Loki', () => {
  let loki: FakeLoki;
  beforeEach(async () => {
    loki = await startLoki();
  });
  afterEach(() => loki.close());

  it('TraceLogger sends the same JSON to LOKI_URL for any format of stdout', async () => {
    process.env.LOKI_URL = loki.url;
    process.env.NODE_ENV = 'staging';
    const logger = new TraceLogger({ logFormat: 'pretty' });
    logger.error('Payment processing failed', { product: 'fail_product', reason: 'Payment gateway timeout' });
    await until('the line', () => loki.lines.length === 1);
    await logger.shutdown(1000);
    expect(loki.lines[0]?.labels).toEqual({ service: 'order-service', env: 'staging' });
    expect(loki.lines[0]?.metadata).toEqual({ level: 'error' });
    expect(JSON.parse(loki.lines[0]?.line ?? '')).toMatchObject({ level: 'error', product: 'fail_product' });
    expect(stdout.lines()[0]).toContain('ERROR Payment processing failed');
  });

  it('TraceLogger reports once on stdout that Loki is unavailable, and the lost lines at the end', async () => {
    loki.answerWith(500);
    const logger = json({ lokiUrl: loki.url });
    logger.log('hello');
    await until('the report', () => stdout.lines().length === 2);
    await logger.shutdown(1000);
    expect(stdout.json().map(({ message }) => message)).toEqual([
      'hello',
      expect.stringMatching(/^Loki cannot be reached/),
      '2 log lines were not sent to Loki before the end',
    ]);
  });

  it('TraceLogger’s own warnings have no IDs of the request that caused them', async () => {
    loki.answerWith(500);
    await new Tracer().withSpan('request', async () => {
      const logger = json({ lokiUrl: loki.url, logLevel: 'loud' });
      logger.log('hello');
      await until('the report', () => stdout.lines().length === 3);
      await logger.shutdown(1000);
    });
    const ids = stdout.json().map(({ message, trace_id }) => [message, trace_id]);
    expect(ids).toEqual([
      [expect.stringMatching(/^LOG_LEVEL is "loud"/), undefined],
      ['hello', expect.any(String)],
      [expect.stringMatching(/^Loki cannot be reached/), undefined],
      ['2 log lines were not sent to Loki before the end', undefined],
    ]);
  });

  it('TraceLogger writes only to stdout if LOKI_URL is no URL', () => {
    expect(() => json({ lokiUrl: 'not a url' })).not.toThrow();
    expect(stdout.json()).toMatchObject([
      { level: 'warn', message: expect.stringContaining('LOKI_URL is "not a url"') },
    ]);
  });
});
