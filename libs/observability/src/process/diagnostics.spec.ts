import { ROOT_CONTEXT, context, diag } from '@opentelemetry/api';
import { globalErrorHandler } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { captureStdout } from '../../test/stdout.js';
import { correlationKey } from '../propagation/correlation.js';
import { startTestTelemetry } from '../testing/index.js';
import { Diagnostics } from './diagnostics.js';
import { Tracer } from '../tracing/tracer.js';

startTestTelemetry();

let stdout: ReturnType<typeof captureStdout>;
const install = (env: NodeJS.ProcessEnv = {}): void =>
  new Diagnostics('order-service', { ...env, LOG_FORMAT: 'json' }).install(env);

beforeEach(() => {
  stdout = captureStdout();
});
afterEach(() => {
  stdout.release();
  diag.disable();
});

describe('what OpenTelemetry has to say', () => {
  it('is written as a log line, from warnings on', () => {
    install();
    diag.info('unheard');
    diag.warn('queue is full', new Error('why'));
    expect(stdout.json()).toMatchObject([
      {
        level: 'warn',
        message: 'queue is full',
        service: 'order-service',
        context: 'OpenTelemetry',
        error: { message: 'why' },
      },
    ]);
  });

  it('is written once a minute, whatever the numbers in it', () => {
    install();
    for (let at = 0; at < 1000; at++) diag.warn(`dropped ${at} spans`);
    diag.warn('something else');
    expect(stdout.json().map(({ message }) => message)).toEqual(['dropped 0 spans', 'something else']);
  });

  it('bears no ids of the request during which it comes up', () => {
    install();
    context.with(ROOT_CONTEXT.setValue(correlationKey, 'order-42'), () =>
      new Tracer().withSpan('request', () => diag.warn('spans cannot be sent')),
    );
    expect(Object.keys(stdout.json()[0] ?? {})).toEqual([
      'timestamp',
      'level',
      'message',
      'service',
      'context',
    ]);
  });

  it('bears the ids of the request where it tells why that ended the process', () => {
    const diagnostics = new Diagnostics('order-service', { LOG_FORMAT: 'json' });
    new Tracer().withSpan('request', () =>
      diagnostics.writeCrash('Uncaught exception: boom', new Error('boom')),
    );
    expect(stdout.json()).toMatchObject([{ level: 'fatal', trace_id: expect.any(String) }]);
  });

  it('never quotes the credentials of a URL variable, however broken', () => {
    const url = 'http://user:hun ter2@collector:port';
    install({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
    diag.warn(
      `Configuration: Could not parse environment-provided export URL: '${url}', falling back to undefined`,
    );
    expect(stdout.json()).toMatchObject([
      {
        message:
          "Configuration: Could not parse environment-provided export URL: '(hidden)', falling back to undefined",
      },
    ]);
  });

  it('is said where it is thrown at the global error handler', () => {
    install();
    globalErrorHandler(new Error('no room'));
    expect(stdout.json()).toMatchObject([{ level: 'error', error: { message: 'no room' } }]);
  });

  it("is left to the SDK's own logger where OTEL_LOG_LEVEL is set", () => {
    install({ OTEL_LOG_LEVEL: 'debug' });
    diag.warn('not ours');
    expect(stdout.lines()).toEqual([]);
  });
});
