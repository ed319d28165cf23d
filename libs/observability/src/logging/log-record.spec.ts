import { Logger } from '@nestjs/common';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SensitiveNames, sensitiveNames } from '../redaction/sensitive-names.js';
import type { Level } from './log-level.js';
import { type LogRecord, logRecord, readLogCall } from './log-record.js';

const record = (level: Level, message: unknown, ...params: unknown[]): LogRecord =>
  logRecord(level, readLogCall(level, message, params), 'order-service', sensitiveNames, ROOT_CONTEXT);

class LogRecordSpeaker {
  readonly name = 'speaker';
}

/** Without what each record has. */
const contents = (level: Level, message: unknown, ...params: unknown[]) => {
  const { timestamp: _time, service: _service, level: _level, ...rest } = record(level, message, ...params);
  return rest;
};

describe('a call of the logger', () => {
  it('A log record has the message of its call', () => {
    expect(record('info', 'started')).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      level: 'info',
      message: 'started',
      service: 'order-service',
    });
  });

  it.each<[string, Level, unknown[], Record<string, unknown>]>([
    ['a context', 'info', ['Orders'], { context: 'Orders' }],
    ['fields', 'info', [{ product: 'laptop', count: 2 }], { product: 'laptop', count: 2 }],
    [
      'fields and a context',
      'info',
      [{ product: 'laptop' }, 'Orders'],
      { product: 'laptop', context: 'Orders' },
    ],
    ['a context that is left out', 'info', [undefined], {}],
    [
      'a stack and a context',
      'error',
      ['Error: x\n    at y', 'Orders'],
      { stack: 'Error: x\n    at y', context: 'Orders' },
    ],
    ['a stack alone', 'error', ['Error: x\n    at y'], { stack: 'Error: x\n    at y' }],
    ['no stack and a context', 'error', [undefined, 'Orders'], { context: 'Orders' }],
    ['further values', 'info', [1, ['a'], 'Orders'], { params: [1, ['a']], context: 'Orders' }],
  ])('with %s', (_what, level, params, fields) => {
    expect(contents(level, 'done', ...params)).toEqual({ message: 'done', ...fields });
  });

  it('A log record has the fields of its call: reason, product and error, as in the tutorial', () => {
    const err = new Error('Payment gateway timeout', { cause: new Error('connect ETIMEDOUT') });
    expect(
      record(
        'error',
        'Payment processing failed',
        { reason: err.message, product: 'fail_product', err },
        'Payments',
      ),
    ).toMatchObject({
      level: 'error',
      message: 'Payment processing failed',
      context: 'Payments',
      reason: 'Payment gateway timeout',
      product: 'fail_product',
      error: { name: 'Error', message: 'Payment gateway timeout', cause: { message: 'connect ETIMEDOUT' } },
      stack: expect.stringMatching(
        /^Error: Payment gateway timeout\n[^]*\nCaused by: Error: connect ETIMEDOUT\n/,
      ),
    });
  });

  it('A log record of an error has the error’s message', () => {
    const error = Object.assign(new TypeError('boom'), { code: 'E_BOOM' });
    expect(contents('error', error, 'Orders')).toMatchObject({
      message: 'boom',
      context: 'Orders',
      error: { name: 'TypeError', message: 'boom', code: 'E_BOOM' },
      stack: expect.stringContaining('TypeError: boom'),
    });
  });

  it('A log record has a message and an error', () => {
    expect(contents('warn', 'retrying', new Error('boom'))).toMatchObject({
      message: 'retrying',
      error: { message: 'boom' },
    });
  });

  it('A log record with two errors keeps both', () => {
    expect(contents('error', 'both', { first: new Error('a'), second: new Error('b') })).toMatchObject({
      error: { message: 'a' },
      second: { message: 'b' },
    });
  });

  it('A log record of an object has the object’s fields', () => {
    expect(contents('info', { message: 'order created', id: 7 })).toEqual({
      message: 'order created',
      id: 7,
    });
    expect(contents('info', { id: 7, total: 3 })).toEqual({ message: 'id, total', id: 7, total: 3 });
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [42, '42'],
    [[1, 'a'], "[ 1, 'a' ]"],
    [LogRecordSpeaker, 'LogRecordSpeaker'],
  ])('A log record accepts the message %p', (message, text) => {
    expect(contents('info', message)).toEqual({ message: text });
  });

  it('Fields cannot replace the keys that identify the source of a log record', () => {
    const forged = { level: 'info', trace_id: 'f', service: 's', timestamp: 't', message: 'm', context: 'c' };
    expect(record('error', 'real', forged)).toMatchObject({
      level: 'error',
      message: 'real',
      service: 'order-service',
      field_level: 'info',
      field_message: 'm',
      field_trace_id: 'f',
      field_context: 'c',
    });
  });

  it.each([
    'password',
    'newPassword',
    'token',
    'access_token',
    'Authorization',
    'set-cookie',
    'client_secret',
    'x-api-key',
    'privateKey',
    'credentials',
    'sessionId',
    'cvv',
    'card_number',
  ])('A log record redacts %s at any depth', (key) => {
    expect(contents('info', 'x', { user: { [key]: 'hidden' } })).toEqual({
      message: 'x',
      user: { [key]: '[REDACTED]' },
    });
  });

  it.each(['tokens_used', 'author', 'keyboard', 'passenger', 'product'])(
    'A log record does not redact %s',
    (key) => {
      expect(contents('info', 'x', { [key]: 'shown' })).toEqual({ message: 'x', [key]: 'shown' });
    },
  );

  it('A log record redacts names that the application adds', () => {
    const call = readLogCall('info', 'x', [{ Iban: 'DE00', name: 'Ada' }]);
    const masked = logRecord('info', call, 's', new SensitiveNames(['IBAN']), ROOT_CONTEXT);
    expect(masked).toMatchObject({ Iban: '[REDACTED]', name: 'Ada' });
  });
});

describe("Nest's own logger in front", () => {
  const calls: unknown[][] = [];
  const note = (...call: unknown[]): void => {
    calls.push(call);
  };
  beforeEach(() => {
    calls.length = 0;
    Logger.overrideLogger({ log: note, error: note, warn: note });
  });
  afterEach(() => {
    Logger.overrideLogger(true);
  });

  it('Nest’s Logger passes message, fields and context to the log record', () => {
    new Logger('Payments').error('failed', { product: 'laptop' });
    new Logger('Payments').error('failed', 'Error: x\n    at y');
    new Logger('Payments').error('failed');
    new Logger('Payments').log({ message: 'charged', total: 3 });
    expect(calls.map((call): unknown => contents('error', call[0], ...call.slice(1)))).toEqual([
      { message: 'failed', product: 'laptop', context: 'Payments' },
      { message: 'failed', stack: 'Error: x\n    at y', context: 'Payments' },
      { message: 'failed', context: 'Payments' },
      { message: 'charged', total: 3, context: 'Payments' },
    ]);
  });
});
