import { describe, expect, it } from '@jest/globals';
import { readTraceRequestJson } from '@lantern/otlp/json';
import { spansOf, SpanKind, StatusCode } from '@lantern/telemetry-model';
import { T0, orderTrace, traceId } from '@lantern/telemetry-model/testing';
import { traceReport } from '@lantern/trace-report';
import { readTraceFile, TraceFileError } from './read-trace-file.js';

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);

const otlp = (...spans: { traceId: string; spanId: string; parentSpanId?: string }[]) => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'orders' } }] },
      scopeSpans: [
        {
          scope: { name: 'lib' },
          spans: spans.map((span) => ({
            name: 'op',
            startTimeUnixNano: '1700000000000000001',
            endTimeUnixNano: '1700000000000000501',
            ...span,
          })),
        },
      ],
    },
  ],
});

const legacy = {
  traceID: 'abc',
  spans: [
    {
      traceID: 'abc',
      spanID: '1',
      operationName: 'GET /',
      references: [],
      startTime: 1_700_000_000_000_000,
      duration: 1_500,
      tags: [
        { key: 'span.kind', type: 'string', value: 'server' },
        { key: 'error', type: 'bool', value: true },
        { key: 'otel.status_description', type: 'string', value: 'failed' },
        { key: 'otel.scope.name', type: 'string', value: 'lib' },
        { key: 'size', type: 'int64', value: '9007199254740993' },
        { key: 'ratio', type: 'float64', value: 0.5 },
      ],
      logs: [
        { timestamp: 1_700_000_000_000_100, fields: [{ key: 'event', type: 'string', value: 'retry' }] },
      ],
      processID: 'p1',
    },
    {
      traceID: 'abc',
      spanID: '2',
      operationName: 'child',
      references: [
        { refType: 'FOLLOWS_FROM', traceID: 'def', spanID: '9' },
        { refType: 'CHILD_OF', traceID: 'abc', spanID: '1' },
      ],
      startTime: 1_700_000_000_000_200,
      duration: 100,
      tags: [],
      logs: [],
      processID: 'p2',
    },
  ],
  processes: { p1: { serviceName: 'gateway', tags: [] }, p2: { serviceName: 'orders', tags: [] } },
};

const spansIn = (body: string) => {
  const { result } = JSON.parse(body) as { result: unknown };
  return [...spansOf(readTraceRequestJson(result).resourceSpans)];
};

describe('readTraceFile', () => {
  it.each([
    ['an OTLP request', JSON.stringify(otlp({ traceId: A, spanId: '1'.repeat(16) }))],
    ['a response of API v3', JSON.stringify({ result: otlp({ traceId: A, spanId: '1'.repeat(16) }) })],
    [
      'the lines of a Collector',
      [1, 2].map((n) => JSON.stringify(otlp({ traceId: A, spanId: `${n}`.repeat(16) }))).join('\n') + '\n',
    ],
  ])('readTraceFile parses %s', (_what, text) => {
    const [trace, ...others] = readTraceFile(text);
    expect(others).toEqual([]);
    expect(trace?.summary).toMatchObject({ traceId: A, rootService: 'orders', durationNano: 500n });
    expect(spansIn(trace?.body ?? '')[0]?.scope.name).toBe('lib');
  });

  it('readTraceFile parses a report of Lantern with all fields of the spans, and its log lines', () => {
    const traces = [orderTrace({ traceId: traceId(7), failed: true }), orderTrace({ traceId: traceId(8) })];
    const line = {
      timeUnixNano: T0,
      line: 'payment failed',
      labels: { service: 'orders' },
      metadata: { a: 'b' },
    };
    const opened = readTraceFile(
      traceReport(
        traces.map((trace) => ({ ...trace, lines: [line] })),
        { isComparison: true },
      ),
    );
    expect(opened.map(({ summary }) => summary.spanCount)).toEqual([9, 10]);
    expect(opened.map(({ body }) => spansIn(body))).toEqual(
      traces.map(({ resourceSpans }) => [...spansOf(resourceSpans)]),
    );
    expect(opened[0]?.lines).toMatchObject([{ line: 'payment failed', metadata: { a: 'b' } }]);
  });

  it('readTraceFile says that a report has no spans, and that it was cut off', () => {
    expect(() => readTraceFile(traceReport([]))).toThrow('The report contains no spans.');
    expect(() => readTraceFile(traceReport([]).replace('"traces":[]}', '"tra'))).toThrow(TraceFileError);
  });

  it('readTraceFile separates the traces of one request, and counts missing spans', () => {
    const traces = readTraceFile(
      JSON.stringify(
        otlp(
          { traceId: A, spanId: '1'.repeat(16) },
          { traceId: B, spanId: '2'.repeat(16), parentSpanId: '3'.repeat(16) },
        ),
      ),
    );
    expect(traces.map(({ summary }) => [summary.traceId, summary.spanCount, summary.orphanCount])).toEqual([
      [A, 1, 0],
      [B, 1, 1],
    ]);
  });

  it.each([
    ['a response of Jaeger', { data: [legacy], total: 0 }],
    ['a list of traces', [legacy]],
    ['one trace', legacy],
  ])('readTraceFile converts %s to the fields of OTLP', (_what, document) => {
    const [trace] = readTraceFile(JSON.stringify(document));
    expect(trace?.summary).toMatchObject({
      traceId: 'abc'.padStart(32, '0'),
      rootService: 'gateway',
      rootOperation: 'GET /',
      spanCount: 2,
      errorCount: 1,
      orphanCount: 0,
      durationNano: 1_500_000n,
    });
    const [root, child] = spansIn(trace?.body ?? '');
    expect(root?.span).toMatchObject({
      kind: SpanKind.server,
      status: { code: StatusCode.error, message: 'failed' },
      attributes: [
        { key: 'size', value: 9007199254740993n },
        { key: 'ratio', value: 0.5 },
      ],
      events: [{ name: 'retry', timeUnixNano: 1_700_000_000_000_100_000n }],
    });
    expect(root?.scope.name).toBe('lib');
    expect(child?.span).toMatchObject({
      parentSpanId: '1'.padStart(16, '0'),
      links: [{ traceId: 'def'.padStart(32, '0'), spanId: '9'.padStart(16, '0') }],
    });
  });

  it.each([
    ['hello', /^The file is not valid JSON: /],
    ['{"a":1}\n{"b"', /^Line 2 is not valid JSON: /],
    ['{"logs":[]}', /contains no OTLP or Jaeger spans/],
    ['{"resourceSpans":[{"scopeSpans":5}]}', /^The file looks like OTLP, but /],
    ['null', /contains no OTLP or Jaeger spans/],
  ])('readTraceFile names the error of %s', (text, problem) => {
    expect(() => readTraceFile(text)).toThrow(TraceFileError);
    expect(() => readTraceFile(text)).toThrow(problem);
  });
});
