/** Shape of a trace: `bushy` like the calls of a busy order, or `deep` with a chain of the first 10,000 spans. */
export type TraceShape = 'bushy' | 'deep';

export interface LargeTrace {
  readonly traceId: string;
  readonly spanCount: number;
  readonly shape: TraceShape;
}

const SERVICES = [
  { name: 'edge', operations: ['POST /orders', 'proxy', 'authorize'] },
  { name: 'orders', operations: ['create_order', 'calculate_total', 'INSERT orders'] },
  { name: 'accounts', operations: ['GET /users/:id', 'SELECT users'] },
  { name: 'payments', operations: ['charge', 'POST /v1/charges', 'record_payment'] },
  { name: 'stock', operations: ['reserve', 'SELECT stock', 'UPDATE stock'] },
];

const CHAIN = 10_000;
const WHOLE_NANOS = 5_000_000_000;
const DEEPEST = 12;

/** Number of spans per request. */
const BATCH = 5_000;

/** Yields the bodies of export requests with the trace; equal for equal parameters. */
export function* exportRequests({ traceId, spanCount, shape }: LargeTrace): Generator<string> {
  const random = generator(7);
  const base = BigInt(Date.now() - 60_000) * 1_000_000n;
  const start = new Float64Array(spanCount);
  const end = new Float64Array(spanCount);
  const parent = new Int32Array(spanCount);
  const depth = new Int32Array(spanCount);
  const serviceOf = new Uint8Array(spanCount);
  end[0] = WHOLE_NANOS;
  parent[0] = -1;
  const number = (column: ArrayLike<number>, i: number) => column[i] ?? 0;

  let batch = new Map<string, object[]>();
  for (let i = 0; i < spanCount; i++) {
    if (i > 0 && shape === 'deep' && i < CHAIN) {
      parent[i] = i - 1;
      start[i] = number(start, i - 1) + 100_000;
      end[i] = number(end, i - 1) - 100_000;
    } else if (i > 0) {
      let above = Math.floor(random() * (shape === 'deep' ? 200 : Math.min(i, spanCount / 6)));
      while (shape === 'bushy' && number(depth, above) >= DEEPEST) above = number(parent, above);
      const room = number(end, above) - number(start, above);
      parent[i] = above;
      start[i] = number(start, above) + room * (0.02 + random() * 0.8);
      end[i] = Math.min(number(end, above), number(start, i) + room * (0.03 + random() * random() * 0.5));
    }
    const above = number(parent, i);
    if (i > 0) depth[i] = number(depth, above) + 1;
    serviceOf[i] =
      i === 0 ? 0 : random() < 0.5 ? number(serviceOf, above) : Math.floor(random() * SERVICES.length);
    const service = SERVICES[number(serviceOf, i)] ?? SERVICES[0];
    if (service === undefined) continue;
    const operation = service.operations[Math.floor(random() * service.operations.length)] ?? '';
    const isFailed = i % 197 === 150;
    const spans = batch.get(service.name) ?? [];
    batch.set(service.name, spans);
    spans.push({
      traceId,
      spanId: idOf(i),
      ...(i > 0 && { parentSpanId: idOf(above) }),
      name: operation,
      kind: 2,
      startTimeUnixNano: String(base + BigInt(Math.round(number(start, i)))),
      endTimeUnixNano: String(base + BigInt(Math.round(number(end, i)))),
      attributes: [
        text('http.request.method', 'GET'),
        { key: 'http.response.status_code', value: { intValue: isFailed ? '500' : '200' } },
        text('user.id', `user-${i % 1_000}`),
        text('url.path', `/items/${i}`),
        { key: 'thread.id', value: { intValue: String(i % 16) } },
      ],
      ...(i % 50 === 0 && {
        events: [
          {
            name: 'cache.miss',
            timeUnixNano: String(base + BigInt(Math.round((number(start, i) + number(end, i)) / 2))),
            attributes: [text('cache.key', `item:${i}`)],
          },
        ],
      }),
      status: isFailed ? { code: 2, message: 'upstream answered 500' } : {},
    });
    if ((i + 1) % BATCH === 0 || i === spanCount - 1) {
      yield JSON.stringify({
        resourceSpans: [...batch].map(([name, grouped]) => ({
          resource: { attributes: [text('service.name', name)] },
          scopeSpans: [{ scope: { name: 'bench' }, spans: grouped }],
        })),
      });
      batch = new Map();
    }
  }
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

const idOf = (i: number): string => (i + 1).toString(16).padStart(16, '0');

/** Linear congruential generator: every run generates the same trace. */
const generator = (seed: number) => () => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
  return seed / 0x7fffffff;
};
