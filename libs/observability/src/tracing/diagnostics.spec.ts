import { diag } from '@opentelemetry/api';
import { globalErrorHandler } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { captureStdout } from '../../test/stdout.js';
import { Diagnostics } from './diagnostics.js';

let stdout: ReturnType<typeof captureStdout>;
const claimed: string[] = [];

const install = (env: NodeJS.ProcessEnv = {}): void => {
  new Diagnostics('order-service', { LOG_FORMAT: 'json' }).install(env, (message) => {
    if (!message.startsWith('claim')) return false;
    claimed.push(message);
    return true;
  });
};

beforeEach(() => {
  stdout = captureStdout();
  claimed.length = 0;
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

  it('is left to whoever tells it better', () => {
    install();
    diag.warn('claim this');
    globalErrorHandler(new Error('claim that'));
    globalErrorHandler(new Error('nobody else'));
    expect(claimed).toEqual(['claim this', 'claim that']);
    expect(stdout.json()).toMatchObject([{ level: 'error', error: { message: 'nobody else' } }]);
  });

  it("is left to the SDK's own logger where OTEL_LOG_LEVEL is set", () => {
    install({ OTEL_LOG_LEVEL: 'debug' });
    diag.warn('not ours');
    expect(stdout.lines()).toEqual([]);
  });
});
