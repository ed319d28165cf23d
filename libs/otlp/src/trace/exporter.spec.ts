import { SpanKind as ApiSpanKind, SpanStatusCode, context, trace } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';
import { describe, expect, it } from '@jest/globals';
import { SpanKind, StatusCode, type ResourceSpans, type Span } from '@lantern/telemetry-model';
import { attributes } from '@lantern/telemetry-model/testing';
import { parseTraceRequestJson } from './json/parse-trace-request.js';
import { decodeTraceRequest } from './protobuf/decode-trace-request.js';

const LINKED = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 };
const START: [number, number] = [1_767_225_600, 123_456_789];
const EVENT: [number, number] = [1_767_225_600, 223_456_789];
const END: [number, number] = [1_767_225_601, 1];

/** Parent and child span, made by the SDK with every field that it can set. */
const recordSpans = async (): Promise<ReadableSpan[]> => {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'order-service', 'process.pid': 42 }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    spanLimits: { attributeCountLimit: 6 },
  });
  const tracer = provider.getTracer('shop', '1.2.3', {
    schemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
  });
  const parent = tracer.startSpan('POST /orders', { kind: ApiSpanKind.SERVER, startTime: START });
  const child = tracer.startSpan(
    'zahle für größere Übung',
    {
      kind: ApiSpanKind.CLIENT,
      startTime: START,
      links: [
        {
          context: { ...LINKED, traceState: new TraceState('vendor=1') },
          attributes: { why: 'retry' },
        },
      ],
    },
    trace.setSpan(context.active(), parent),
  );
  child.setAttributes({
    text: 'ein Stück',
    whole: 3,
    fraction: 0.5,
    flag: true,
    texts: ['a', 'b'],
    numbers: [1, 2.5],
    'one too many': 'dropped',
  });
  child.addEvent('charged', { amount: 12 }, EVENT);
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'Payment gateway timeout' });
  child.end(END);
  parent.end(END);
  await provider.forceFlush();
  return exporter.getFinishedSpans();
};

const bytesOf = (serialized: Uint8Array | undefined): Uint8Array => {
  if (!serialized) throw new Error('The exporter returned no request.');
  return serialized;
};

const spansIn = (groups: readonly ResourceSpans[]): readonly Span[] => groups[0]?.scopeSpans[0]?.spans ?? [];

describe("a request of OpenTelemetry's exporter", () => {
  it("A request of OpenTelemetry's exporter is decoded from protobuf with every field", async () => {
    const spans = await recordSpans();
    const { resourceSpans, rejected } = decodeTraceRequest(
      bytesOf(ProtobufTraceSerializer.serializeRequest(spans)),
    );
    expect(rejected.count).toBe(0);
    expect(resourceSpans).toMatchObject([
      {
        resource: { attributes: attributes({ 'service.name': 'order-service', 'process.pid': 42n }) },
        scopeSpans: [
          { scope: { name: 'shop', version: '1.2.3' }, schemaUrl: 'https://opentelemetry.io/schemas/1.37.0' },
        ],
      },
    ]);
    const [child, parent] = spansIn(resourceSpans);
    expect(parent).toMatchObject({ name: 'POST /orders', kind: SpanKind.server, parentSpanId: undefined });
    expect(child).toEqual({
      traceId: spans[0]?.spanContext().traceId,
      spanId: spans[0]?.spanContext().spanId,
      parentSpanId: parent?.spanId,
      traceState: '',
      flags: 0x101,
      name: 'zahle für größere Übung',
      kind: SpanKind.client,
      startUnixNano: 1_767_225_600_123_456_789n,
      endUnixNano: 1_767_225_601_000_000_001n,
      attributes: attributes({
        text: 'ein Stück',
        whole: 3n,
        fraction: 0.5,
        flag: true,
        texts: ['a', 'b'],
        numbers: [1n, 2.5],
      }),
      droppedAttributesCount: 1,
      events: [
        {
          timeUnixNano: 1_767_225_600_223_456_789n,
          name: 'charged',
          attributes: attributes({ amount: 12n }),
          droppedAttributesCount: 0,
        },
      ],
      droppedEventsCount: 0,
      links: [
        {
          traceId: LINKED.traceId,
          spanId: LINKED.spanId,
          traceState: 'vendor=1',
          attributes: attributes({ why: 'retry' }),
          droppedAttributesCount: 0,
          flags: 0x101,
        },
      ],
      droppedLinksCount: 0,
      status: { code: StatusCode.error, message: 'Payment gateway timeout' },
    });
  });

  it("A request of OpenTelemetry's exporter is decoded from JSON as from protobuf", async () => {
    const spans = await recordSpans();
    const json = Buffer.from(bytesOf(JsonTraceSerializer.serializeRequest(spans))).toString();
    const protobuf = bytesOf(ProtobufTraceSerializer.serializeRequest(spans));
    expect(parseTraceRequestJson(json)).toEqual(decodeTraceRequest(protobuf));
  });
});
