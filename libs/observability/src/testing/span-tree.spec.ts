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
  it('draws children below their parents, in the order in which they started', () => {
    nested();
    expect(telemetry.tree({ attributes: ['user.id'] })).toBe(
      [
        'POST /orders [server]',
        '  validate_user [internal] user.id="1"',
        '  INSERT orders [client] ERROR',
      ].join('\n'),
    );
  });

  it('puts a span whose parent has not ended at the left', () => {
    tracer.withSpan('open', () => {
      tracer.withSpan('inner', () => undefined);
      expect(telemetry.tree()).toBe('inner [internal]');
    });
  });

  it('is empty after a reset', () => {
    nested();
    telemetry.reset();
    expect(telemetry.tree()).toBe('');
  });
});

describe('a test that looks for spans', () => {
  it('gets the one of that name', () => {
    nested();
    expect(telemetry.span('validate_user').attributes).toEqual({ 'user.id': '1' });
  });

  it('is told what there is instead', () => {
    nested();
    nested();
    expect(() => telemetry.span('missing')).toThrow(
      'Expected one span "missing", there are 0:\nPOST /orders [server]',
    );
    expect(() => telemetry.span('validate_user')).toThrow('there are 2');
  });

  it('waits for those that are still under way', async () => {
    const waiting = telemetry.waitForSpans(3);
    nested();
    await expect(waiting).resolves.toHaveLength(3);
  });

  it('is told when they do not come', async () => {
    nested();
    await expect(telemetry.waitForSpans(4, { timeoutMillis: 10 })).rejects.toThrow(
      'Expected 4 spans, 3 have ended:\nPOST /orders [server]',
    );
  });
});
