import { trace } from '@opentelemetry/api';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { startTestTelemetry } from '../testing/index.js';
import { Tracer, currentTraceId } from './tracer.js';

const telemetry = startTestTelemetry();
const tracer = new Tracer();
beforeEach(() => telemetry.reset());

describe('Tracer', () => {
  it('Tracer runs a function inside a span and returns its result', async () => {
    const result = await tracer.withSpan('work', async (span) => {
      await Promise.resolve();
      expect(trace.getActiveSpan()).toBe(span);
      return 42;
    });
    expect(result).toBe(42);
    expect(telemetry.span('work').status.code).toBe(0);
  });

  it('Tracer passes the options to the span', () => {
    tracer.withSpan('call', { attributes: { 'order.id': 7 } }, () => undefined);
    expect(telemetry.span('call').attributes).toEqual({ 'order.id': 7 });
  });

  it('Tracer records a thrown error', () => {
    expect(() => tracer.withSpan('work', () => JSON.parse('{') as unknown)).toThrow(SyntaxError);
    expect(telemetry.span('work').status.code).toBe(2);
  });

  it('Tracer accepts a function that ends the span itself', () => {
    tracer.withSpan('work', (span) => span.end());
    expect(telemetry.tree()).toBe('work [internal]');
  });

  it('Tracer returns the current span and trace, or undefined', () => {
    expect(tracer.current()).toBeUndefined();
    expect(currentTraceId()).toBeUndefined();
    tracer.withSpan('work', (span) => {
      expect(tracer.current()).toBe(span);
      expect(currentTraceId()).toBe(span.spanContext().traceId);
    });
  });

  it('Tracer starts a new trace on request', () => {
    tracer.withSpan('outer', () => tracer.withSpan('inner', { root: true }, () => undefined));
    expect(telemetry.tree().split('\n').sort()).toEqual(['inner [internal]', 'outer [internal]']);
  });
});
