import { describe, expect, it } from '@jest/globals';
import { SpanKind, StatusCode } from '@lantern/telemetry-model';
import { T0, millis, resourceSpans, span, spanId, trace } from '@lantern/telemetry-model/testing';
import { encodeTrace } from '@lantern/telemetry-store';
import fc from 'fast-check';
import { anyTrace } from '../../testing/any-trace.js';
import { adjustBy } from './adjust/adjust.js';
import { summarizeEncodedTrace, summarizeTrace } from './trace-summary.js';

const failed = { code: StatusCode.error, message: '' };

describe('summarizeTrace', () => {
  it('counts spans, errors and orphans, in all and by service', () => {
    const summary = summarizeTrace(
      trace(
        resourceSpans('web', span({ name: 'GET /', endUnixNano: T0 + millis(10) })),
        resourceSpans(
          'orders',
          span({ spanId: spanId(2), parentSpanId: spanId(1), status: failed }),
          span({ spanId: spanId(3), parentSpanId: spanId(99), startUnixNano: T0 - 1n }),
        ),
      ),
    );
    expect(summary).toEqual({
      traceId: '00000000000000000000000000000001',
      rootServiceName: 'web',
      rootOperationName: 'GET /',
      minStartTimeUnixNano: String(T0 - 1n),
      maxEndTimeUnixNano: String(T0 + millis(10)),
      spanCount: 3,
      errorSpanCount: 1,
      orphanSpanCount: 1,
      services: [
        { name: 'orders', spanCount: 2, errorSpanCount: 1 },
        { name: 'web', spanCount: 1, errorSpanCount: 0 },
      ],
    });
  });

  it('uses the earliest of several roots, and no root when there is none', () => {
    const late = span({ spanId: spanId(1), name: 'late', startUnixNano: T0 + 1n });
    const early = span({ spanId: spanId(2), name: 'early' });
    expect(summarizeTrace(trace(resourceSpans('web', late, early))).rootOperationName).toBe('early');
    const orphan = span({ parentSpanId: spanId(9) });
    expect(summarizeTrace(trace(resourceSpans('web', orphan)))).toMatchObject({
      rootServiceName: '',
      rootOperationName: '',
      orphanSpanCount: 1,
    });
  });
});

describe('summarizeEncodedTrace', () => {
  it('equals the summary of the adjusted model', () => {
    fc.assert(
      fc.property(anyTrace, fc.constantFrom(0n, 10_000n), (any, maxClockSkewNano) => {
        expect(summarizeEncodedTrace(encodeTrace(any), maxClockSkewNano)).toEqual(
          summarizeTrace(adjustBy({ maxClockSkewNano })(any)),
        );
      }),
    );
  });

  it('leaves spans that share an id to the model', () => {
    const shared = trace(resourceSpans('web', span(), span({ kind: SpanKind.client })));
    expect(summarizeEncodedTrace(encodeTrace(shared), 0n)).toBeUndefined();
  });
});
