import { PassThrough } from 'node:stream';
import { ConsoleLogger, Controller, Get, Inject, Logger, Module, type Type } from '@nestjs/common';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { LoggerModule, PinoLogger } from 'nestjs-pino';
import { pino } from 'pino';
import { adapters, startApp } from '../../test/nest-app.js';
import { captureStdout } from '../../test/stdout.js';
import { until } from '../../test/until.js';
import { ObservabilityModule, Span, pinoMixin } from '../index.js';
import { startTestTelemetry } from '../testing/index.js';

const telemetry = startTestTelemetry();
beforeEach(() => telemetry.reset());

const get = (url: string): Promise<unknown> =>
  context.with(suppressTracing(context.active()), () =>
    fetch(url, { headers: { 'x-correlation-id': 'order-42' } }).then((response) => response.text()),
  );

/** Lines that a stream has received, as objects. */
const collect = (): { stream: PassThrough; lines: () => Record<string, unknown>[] } => {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return {
    stream,
    lines: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
};

describe('pinoMixin', () => {
  it('gives the lines of nestjs-pino the ids of their trace, and leaves those outside of a trace alone', async () => {
    const { stream, lines } = collect();
    @Controller()
    class Orders {
      constructor(@Inject(PinoLogger) private readonly logger: PinoLogger) {}

      @Get('orders')
      @Span('list orders')
      list(): string {
        this.logger.info({ count: 2 }, 'listed');
        return 'two';
      }
    }
    @Module({
      imports: [
        ObservabilityModule.forRoot({ accessLog: false }),
        LoggerModule.forRoot({ pinoHttp: [{ mixin: pinoMixin, autoLogging: false }, stream] }),
      ],
      controllers: [Orders],
    })
    class App {}
    const { app, url } = await startApp(App as Type);
    await get(`${url}/orders`);
    await telemetry.waitForSpans(2);
    const { traceId, spanId } = telemetry.span('list orders').spanContext();
    await until('the line', () => lines().length > 0);
    expect(lines().find(({ msg }) => msg === 'listed')).toMatchObject({
      trace_id: traceId,
      span_id: spanId,
      correlation_id: 'order-42',
      count: 2,
    });
    await app.close();
  });

  it('adds nothing outside of a trace', () => {
    const { stream, lines } = collect();
    pino({ mixin: pinoMixin, base: null, timestamp: false }, stream).info('started');
    expect(lines()).toEqual([{ level: 30, msg: 'started' }]);
  });
});

describe('nestjs-pino', () => {
  it.each([
    ['no access line of this library stands beside that of nestjs-pino', {}, {}, 0],
    ['accessLog: true writes one beside that of nestjs-pino', { accessLog: true }, {}, 1],
    ['a request has an access line where autoLogging of nestjs-pino is off', {}, { autoLogging: false }, 1],
  ])('%s', async (_name, options, pinoHttp, count) => {
    const { stream } = collect();
    @Controller()
    class Orders {
      @Get('orders')
      list(): string {
        return 'two';
      }
    }
    @Module({
      imports: [
        ObservabilityModule.forRoot({ logFormat: 'json', ...options }),
        LoggerModule.forRoot({ pinoHttp: [pinoHttp, stream] }),
      ],
      controllers: [Orders],
    })
    class App {}
    const stdout = captureStdout();
    try {
      const { app, url } = await startApp(App as Type, adapters[1][1]);
      await get(`${url}/orders`);
      await telemetry.waitForSpans(1);
      await app.close();
      expect(stdout.json().filter(({ context: logger }) => logger === 'AccessLog')).toHaveLength(count);
    } finally {
      stdout.release();
    }
  });
});

describe("Nest's ConsoleLogger with JSON", () => {
  it('has the ids of the trace on its lines, without a change to the logger', async () => {
    @Controller()
    class Orders {
      private readonly logger = new Logger('Orders');

      @Get('orders')
      list(): string {
        this.logger.log('listed');
        return 'two';
      }
    }
    @Module({ imports: [ObservabilityModule.forRoot({ accessLog: false })], controllers: [Orders] })
    class App {}
    const stdout = captureStdout();
    try {
      const { app, url } = await startApp(App as Type, undefined, {
        logger: new ConsoleLogger({ json: true }),
      });
      await get(`${url}/orders`);
      await telemetry.waitForSpans(1);
      const lines = stdout.json();
      expect(lines.find(({ message }) => message === 'listed')).toMatchObject({
        context: 'Orders',
        trace_id: telemetry.span('GET /orders').spanContext().traceId,
        correlation_id: 'order-42',
      });
      expect(
        lines.find(({ message }) => message === 'Nest application successfully started'),
      ).not.toHaveProperty('trace_id');
      await app.close();
    } finally {
      stdout.release();
    }
  });
});
