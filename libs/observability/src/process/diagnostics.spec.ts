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
  it('Diagnostics of OpenTelemetry are written as log lines, from warnings on', () => {
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

  it('Diagnostics that differ only in numbers are written once a minute', () => {
    install();
    for (let at = 0; at < 1000; at++) diag.warn(`dropped ${at} spans`);
    diag.warn('something else');
    expect(stdout.json().map(({ message }) => message)).toEqual(['dropped 0 spans', 'something else']);
  });

  it('Diagnostics have no IDs of the request that caused them', () => {
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

  it('A diagnostic about a crash has the IDs of its request', () => {
    const diagnostics = new Diagnostics('order-service', { LOG_FORMAT: 'json' });
    new Tracer().withSpan('request', () =>
      diagnostics.writeCrash('Uncaught exception: boom', new Error('boom')),
    );
    expect(stdout.json()).toMatchObject([{ level: 'fatal', trace_id: expect.any(String) }]);
  });

  it('Diagnostics never contain the credentials of a URL variable, even if it is malformed', () => {
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

  it('Errors of OpenTelemetry’s global error handler are written as log lines', () => {
    install();
    globalErrorHandler(new Error('no room'));
    expect(stdout.json()).toMatchObject([{ level: 'error', error: { message: 'no room' } }]);
  });

  it("Diagnostics go to the SDK's own logger if OTEL_LOG_LEVEL is set", () => {
    install({ OTEL_LOG_LEVEL: 'debug' });
    diag.warn('not ours');
    expect(stdout.lines()).toEqual([]);
  });
});
