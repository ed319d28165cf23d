import { beforeAll, describe, expect, it } from '@jest/globals';
import type { V3Detections } from '@lantern/query-api';
import { SpanKind } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  orderTrace,
  resourceSpans,
  span,
  spanId,
  traceId,
} from '@lantern/telemetry-model/testing';
import { useLantern } from '../../../testing/running-lantern.js';

const lantern = useLantern();

const FAILED = traceId(2);
const SLOW = traceId(3);

beforeAll(async () => {
  await lantern.send(...orderTrace({ traceId: FAILED, failed: true }).resourceSpans);
  const query = (n: number) =>
    span({
      traceId: SLOW,
      spanId: spanId(n),
      parentSpanId: spanId(1),
      name: 'SELECT products',
      kind: SpanKind.client,
      startUnixNano: T0 + millis(10 * n),
      endUnixNano: T0 + millis(10 * n + 8),
      attributes: attributes({
        'db.system.name': 'postgresql',
        'db.query.text': `SELECT * FROM products WHERE id = ${n}`,
      }),
    });
  await lantern.send(
    resourceSpans(
      'product-catalog',
      span({ traceId: SLOW, endUnixNano: T0 + millis(100) }),
      ...[2, 3, 4, 5, 6, 7].map(query),
    ),
  );
  await lantern.push({
    streams: [
      {
        stream: { service: 'order-service', level: 'error' },
        values: [[String(T0), 'payment was refused', { trace_id: FAILED }]],
      },
    ],
  });
});

const ask = (path: string) => lantern.jaeger(`/api/v3/lantern/traces/${path}`);

describe('/api/v3/lantern/traces/{trace_id}/detections', () => {
  it('names the fault with its share, its spans, what to do and where to look', async () => {
    const { status, json } = await ask(`${SLOW}/detections`);
    const { detections, ...trace } = json() as V3Detections;
    expect([status, trace]).toEqual([200, { traceId: SLOW, spanCount: 7, durationNano: '100000000' }]);
    expect(detections).toEqual([
      {
        kind: 'n-plus-one-queries',
        title: 'N+1 queries',
        subject: 'time',
        share: 0.4,
        text: '6 × `SELECT products` one after another in `product-catalog`: 48 ms of 100 ms; one query would do.',
        advice: expect.stringContaining('one query'),
        link: `/trace/${SLOW}?uiFind=${spanId(2)}`,
        spanCount: 6,
        spanIds: [2, 3, 4, 5, 6, 7].map(spanId),
      },
    ]);
  });

  it('answers 404 for a trace that is not stored, and 400 for an ID that is none', async () => {
    expect((await ask(`${traceId(99)}/detections`)).status).toBe(404);
    expect((await ask('xyz/detections')).status).toBe(400);
  });
});

describe('/api/v3/lantern/traces/{trace_id}/explanation', () => {
  it('describes the trace as text with links to the address that the client used', async () => {
    const { text, headers } = await ask(`${SLOW}/explanation`);
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(text).toContain(`Open: ${lantern.urls.jaeger}/trace/${SLOW}`);
    expect(text).toContain('- N+1 queries (40 %): 6 × `SELECT products`');
  });

  it('explains a failure with the log lines of the trace', async () => {
    const { text } = await ask(`${FAILED}/explanation?question=failed`);
    expect(text).toContain('Origin: order-service calculate_total failed');
    expect(text).toContain('- order-service error: payment was refused');
  });

  it('explains where the time went', async () => {
    const { text } = await ask(`${SLOW}/explanation?question=slow`);
    expect(text).toContain('- product-catalog SELECT products: 48 ms (48 %) in 6 spans');
  });

  it('rejects unknown questions and lengths outside of 500 to 100,000 characters', async () => {
    const wrong = await ask(`${SLOW}/explanation?question=why`);
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('describe, slow, failed')]);
    for (const limit of ['499', '100001', 'x', '']) {
      expect((await ask(`${SLOW}/explanation?limit=${limit}`)).status).toBe(400);
    }
  });
});
