import { beforeAll, describe, expect, it } from '@jest/globals';
import type { V3Detections, V3Issues, V3TraceSummaries } from '@lantern/query-api';
import { TRACE_ISSUES, parseQuery } from '@lantern/query-api/search-query';
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
import { DETECTION_KINDS } from '@lantern/trace-analysis';
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

/** Returns the answer to a search by a query in the text form of the UI. */
const search = async (query: string, more: Readonly<Record<string, string>> = {}) => {
  const params = new URLSearchParams({
    'query.startTimeMin': '2025-12-31T23:00:00Z',
    'query.startTimeMax': '2026-01-01T01:00:00Z',
    'query.filter': JSON.stringify(parseQuery(query)),
    'lantern.total': 'true',
    ...more,
  });
  const answer = await lantern.jaeger(`/api/v3/trace-summaries?${params.toString()}`);
  return answer.json() as V3TraceSummaries;
};

const found = async (query: string): Promise<string[]> =>
  (await search(query)).summaries.map((summary) => summary.traceId).sort();

describe('a search by properties of the whole trace', () => {
  it.each([
    ['issue = n+1', [SLOW]],
    ['issue = n-plus-one-calls', []],
    ['issue = error-origin', [FAILED]],
    ['origin.service = order-service', [FAILED]],
    ['origin.name = calculate_total and status = error', [FAILED]],
    ['origin.service = order-service and service = product-catalog', []],
    ['spanCount > 7', [FAILED]],
    ['spanCount <= 7', [SLOW]],
    ['serviceCount = 3', [FAILED]],
    ['errorCount = 0', [SLOW]],
    ['depth > 2', [FAILED]],
    ['traceDuration >= 100ms', [FAILED, SLOW]],
    ['root = "POST /orders"', [FAILED]],
    ['root.service = product-catalog', [SLOW]],
    ['incomplete = true', []],
    ['not incomplete = true', [FAILED, SLOW]],
    ['issue = n+1 or origin.service = order-service', [FAILED, SLOW]],
  ])('a search for %s finds the traces that meet it', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it('a search finds a trace that lacks a parent as incomplete until the parent arrives', async () => {
    const id = traceId(40);
    const child = span({ traceId: id, spanId: spanId(2), parentSpanId: spanId(1) });
    await lantern.send(resourceSpans('late-shop', child));
    expect(await found('incomplete = true and service = late-shop')).toEqual([id]);
    await lantern.send(resourceSpans('late-shop', span({ traceId: id, spanId: spanId(1) })));
    expect(await found('incomplete = true and service = late-shop')).toEqual([]);
  });

  it('a search pages through the traces that meet a condition, and counts them if one page has all', async () => {
    const ids = Array.from({ length: 250 }, (_, n) => traceId(1_000 + n));
    const childrenOf = (n: number) =>
      n % 5 === 0 ? [span({ spanId: spanId(2), parentSpanId: spanId(1) })] : [];
    await lantern.send(
      resourceSpans(
        'paged-shop',
        ...ids.flatMap((id, n) => [span(), ...childrenOf(n)].map((each) => ({ ...each, traceId: id }))),
      ),
    );
    const query = 'service = paged-shop and spanCount = 2';
    expect((await search(query)).total).toBe(50);
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = await search(query, {
        'query.searchDepth': '20',
        ...(token !== undefined && { 'lantern.pageToken': token }),
      });
      seen.push(...page.summaries.map((summary) => summary.traceId));
      token = page.nextPageToken;
      if (token !== undefined) expect(page.total).toBeUndefined();
    } while (token !== undefined);
    expect(seen.sort()).toEqual(ids.filter((_, n) => n % 5 === 0));
  });

  it('the search knows the kinds of all detections', () => {
    expect(TRACE_ISSUES).toEqual(['n+1', ...Object.keys(DETECTION_KINDS)]);
  });
});

describe('/api/v3/lantern/issues', () => {
  const issuesOf = async (service: string): Promise<V3Issues> => {
    const params = new URLSearchParams({
      service,
      startTime: '2025-12-31T23:00:00Z',
      endTime: '2026-01-01T01:00:00Z',
    });
    return (await lantern.jaeger(`/api/v3/lantern/issues?${params.toString()}`)).json() as V3Issues;
  };

  it('the issues of a service count the traces in which a request has a detection, of all traces with the request', async () => {
    await lantern.send(
      resourceSpans(
        'product-catalog',
        ...[60, 61, 62].map((n) => span({ traceId: traceId(n), endUnixNano: T0 + millis(5) })),
      ),
    );
    const { issues, ...counts } = await issuesOf('product-catalog');
    expect(counts).toEqual({ traces: 4, isSampled: false, failedTraces: 0, origins: [] });
    expect(issues).toEqual([
      {
        service: 'product-catalog',
        operation: 'GET /',
        kind: 'n-plus-one-queries',
        title: 'N+1 queries',
        traces: 1,
        ofTraces: 4,
      },
    ]);
  });

  it('the issues of a service name the spans in which its failures start, also in other services', async () => {
    expect(await issuesOf('api-gateway')).toMatchObject({
      traces: 1,
      failedTraces: 1,
      origins: [{ service: 'order-service', operation: 'calculate_total', traces: 1 }],
    });
  });

  it('the issues of a service say that the newest traces are a sample', async () => {
    expect(await issuesOf('paged-shop')).toMatchObject({ traces: 200, isSampled: true });
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

  it('finds a call that arrived in another service as a trace of its own, by their correlation ID', async () => {
    const [caller, called, unrelated] = [traceId(70), traceId(71), traceId(72)];
    const id = attributes({ correlation_id: '7f3a-11' });
    await lantern.send(
      resourceSpans(
        'split-gateway',
        span({ traceId: caller, attributes: id, endUnixNano: T0 + millis(100) }),
        span({
          traceId: caller,
          spanId: spanId(2),
          parentSpanId: spanId(1),
          name: 'GET',
          kind: SpanKind.client,
          startUnixNano: T0 + millis(10),
          endUnixNano: T0 + millis(60),
          attributes: attributes({
            'http.request.method': 'GET',
            'url.full': 'http://orders:8002/orders',
            'http.response.status_code': 200n,
          }),
        }),
      ),
      resourceSpans(
        'split-orders',
        span({ traceId: called, attributes: id, startUnixNano: T0 + millis(12) }),
        // This trace has the same correlation ID, but starts after the call.
        span({ traceId: unrelated, attributes: id, startUnixNano: T0 + millis(80) }),
      ),
    );
    const found = (await ask(`${caller}/detections`)).json() as V3Detections;
    expect(found.detections.map(({ kind, text }) => [kind, text])).toEqual([
      [
        'broken-propagation',
        '`GET /orders` of `split-gateway` arrived in `split-orders` as the trace ' +
          `\`${called}\`, which has the same \`correlation_id\`.`,
      ],
    ]);
    expect(((await ask(`${called}/detections`)).json() as V3Detections).detections).toEqual([]);
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
