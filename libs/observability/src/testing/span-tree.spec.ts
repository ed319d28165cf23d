import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Tracer } from '../tracing/tracer.js';
import { startTestTelemetry } from './test-telemetry.js';

const telemetry = startTestTelemetry();
const tracer = new Tracer();
beforeEach(() => telemetry.reset());

const nested = (): void => {
  tracer.withSpan('POST /orders', { kind: SpanKind.SERVER }, () => {
    tracer.withSpan('validate_user', { attributes: { 'user.id': '1' } }, () => undefined);
    tracer.withSpan('INSERT orders', { kind: SpanKind.CLIENT }, (span) => {
      span.setStatus({ code: SpanStatusCode.ERROR });
    });
  });
};

describe('the tree of the ended spans', () => {
  it('The span tree draws children below their parents, in the order of their start', () => {
    nested();
    expect(telemetry.tree({ attributes: ['user.id'] })).toBe(
      [
        'POST /orders [server]',
        '  validate_user [internal] user.id="1"',
        '  INSERT orders [client] ERROR',
      ].join('\n'),
    );
  });

  it('The span tree draws a span whose parent has not ended as a root', () => {
    tracer.withSpan('open', () => {
      tracer.withSpan('inner', () => undefined);
      expect(telemetry.tree()).toBe('inner [internal]');
    });
  });

  it('The span tree is empty after a reset', () => {
    nested();
    telemetry.reset();
    expect(telemetry.tree()).toBe('');
  });
});

describe('a test that looks for spans', () => {
  it('A test finds a span by its name', () => {
    nested();
    expect(telemetry.span('validate_user').attributes).toEqual({ 'user.id': '1' });
  });

  it('A test that finds no span of a name gets the list of the spans', () => {
    nested();
    nested();
    expect(() => telemetry.span('missing')).toThrow(
      'Expected one span "missing", there are 0:\nPOST /orders [server]',
    );
    expect(() => telemetry.span('validate_user')).toThrow('there are 2');
  });

  it('A test waits for spans that have not ended', async () => {
    const waiting = telemetry.waitForSpans(3);
    nested();
    await expect(waiting).resolves.toHaveLength(3);
  });

  it('A test gets an error if the spans do not end in time', async () => {
    nested();
    await expect(telemetry.waitForSpans(4, { timeoutMillis: 10 })).rejects.toThrow(
      'Expected 4 spans, 3 have ended:\nPOST /orders [server]',
    );
  });
});
