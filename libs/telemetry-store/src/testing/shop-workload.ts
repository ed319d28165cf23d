import { encodeTraceRequest } from '@lantern/otlp';
import {
  SpanKind,
  StatusCode,
  type AnyValue,
  type Attribute,
  type InstrumentationScope,
  type Resource,
  type ResourceSpans,
  type Span,
  type SpanId,
  type TraceId,
} from '@lantern/telemetry-model';

/** 2026-01-01T00:00:00Z. */
export const WORKLOAD_START = 1_767_225_600_000_000_000n;
/** A million spans are two hours of the shop. */
const NANOS_BETWEEN_TRACES = 63_000_000;

export interface WorkloadOptions {
  readonly spans: number;
  /** How many spans a service sends at a time, as a BatchSpanProcessor does. */
  readonly batchSpans: number;
}

const SERVICES = ['api-gateway', 'order-service', 'user-service'] as const;
const PRODUCTS = ['laptop', 'phone', 'desk', 'lamp', 'chair', 'mouse', 'monitor', 'cable', 'slow_product'];

/** mulberry32: the same numbers for the same seed, on every machine. */
const randomNumbers = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

const attribute = (key: string, value: AnyValue): Attribute => ({ key, value });

const resourceOf = (service: string): Resource => ({
  attributes: [
    attribute('service.name', service),
    attribute('service.version', '1.4.2'),
    attribute('service.instance.id', `${service}-7c9f6d5b8-x2x4z`),
    attribute('deployment.environment.name', 'production'),
    attribute('host.name', `node-${service.length}.shop.internal`),
    attribute('host.arch', 'amd64'),
    attribute('os.type', 'linux'),
    attribute('process.pid', 4242n),
    attribute('process.runtime.name', 'nodejs'),
    attribute('process.runtime.version', '24.21.0'),
    attribute('telemetry.sdk.language', 'nodejs'),
    attribute('telemetry.sdk.name', 'opentelemetry'),
    attribute('telemetry.sdk.version', '3.0.0'),
  ],
  droppedAttributesCount: 0,
});

const scope = (name: string): InstrumentationScope => ({
  name,
  version: '0.200.0',
  attributes: [],
  droppedAttributesCount: 0,
});

const HTTP = scope('@opentelemetry/instrumentation-http');
const CODE = scope('shop');
const SQL = scope('@lantern/observability/kysely');

interface Made {
  readonly service: number;
  readonly scope: InstrumentationScope;
  readonly span: Span;
}

/**
 * The shop of the tutorial under load, as its three services would send it: 6 to 12 spans a trace, about 11
 * attributes a span, one trace in fifty failed. Batches of one service at a time; deterministic.
 */
export function* shopRequests({ spans: total, batchSpans }: WorkloadOptions): Generator<Uint8Array> {
  const random = randomNumbers(42);
  const queues: Made[][] = SERVICES.map(() => []);
  let made = 0;
  for (let trace = 0; made < total; trace++) {
    for (const one of shopTrace(trace, random)) {
      queues[one.service]?.push(one);
      made++;
    }
    for (const [service, queue] of queues.entries()) {
      while (queue.length >= batchSpans) yield requestOf(service, queue.splice(0, batchSpans));
    }
  }
  for (const [service, queue] of queues.entries()) if (queue.length > 0) yield requestOf(service, queue);
}

const requestOf = (service: number, made: readonly Made[]): Uint8Array => {
  const byScope = new Map<InstrumentationScope, Span[]>();
  for (const one of made) {
    const spans = byScope.get(one.scope);
    if (spans) spans.push(one.span);
    else byScope.set(one.scope, [one.span]);
  }
  const group: ResourceSpans = {
    resource: resourceOf(SERVICES[service] ?? ''),
    schemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
    scopeSpans: Array.from(byScope, ([of, spans]) => ({ scope: of, schemaUrl: '', spans })),
  };
  return encodeTraceRequest([group]);
};

/** Children end before their parents and are exported before them, as the order of the result has it. */
const shopTrace = (n: number, random: () => number): Made[] => {
  const hex = (digits: number): string => {
    let text = '';
    while (text.length < digits) {
      text += Math.floor(random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    }
    return text;
  };
  const traceId = hex(32) as TraceId;
  const start =
    WORKLOAD_START + BigInt(n) * BigInt(NANOS_BETWEEN_TRACES) + BigInt(Math.floor(random() * 5e7));
  const isOrder = random() < 0.7;
  const failed = random() < 0.02;
  const user = `u-${Math.floor(random() * 5_000)}`;
  const product = PRODUCTS[Math.floor(random() * PRODUCTS.length)] ?? '';
  const orderId = hex(16);
  const spans: Made[] = [];

  const add = (
    service: number,
    of: InstrumentationScope,
    name: string,
    kind: SpanKind,
    parent: SpanId | undefined,
    from: number,
    millis: number,
    attributes: readonly Attribute[],
    isError = false,
  ): SpanId => {
    const spanId = hex(16) as SpanId;
    const startUnixNano = start + BigInt(Math.floor(from * 1e6));
    spans.push({
      service,
      scope: of,
      span: {
        traceId,
        spanId,
        parentSpanId: parent,
        traceState: '',
        flags: 0x101,
        name,
        kind,
        startUnixNano,
        endUnixNano: startUnixNano + BigInt(Math.floor(millis * (0.8 + 0.4 * random()) * 1e6)),
        attributes,
        droppedAttributesCount: 0,
        events: isError
          ? [
              {
                timeUnixNano: startUnixNano,
                name: 'exception',
                attributes: [
                  attribute('exception.type', 'PaymentError'),
                  attribute('exception.message', 'Payment gateway timeout: Unable to reach provider'),
                  attribute(
                    'exception.stacktrace',
                    'PaymentError: Payment gateway timeout\n    at charge (payments.ts:42:11)',
                  ),
                ],
                droppedAttributesCount: 0,
              },
            ]
          : [],
        droppedEventsCount: 0,
        links: [],
        droppedLinksCount: 0,
        status: isError
          ? { code: StatusCode.error, message: 'Payment gateway timeout' }
          : { code: StatusCode.unset, message: '' },
      },
    });
    return spanId;
  };

  const http = (method: string, route: string, port: number, isServer: boolean): Attribute[] => [
    attribute('http.request.method', method),
    attribute(isServer ? 'http.route' : 'url.template', route),
    attribute('url.path', route.replace(':id', user)),
    attribute('url.scheme', 'http'),
    attribute('server.address', isServer ? 'shop.internal' : 'localhost'),
    attribute('server.port', BigInt(port)),
    attribute('network.protocol.version', '1.1'),
    attribute('network.peer.address', '10.2.3.4'),
    attribute('user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) Shop/7'),
    attribute('http.response.status_code', isServer && failed ? 500n : 200n),
    attribute('correlation.id', orderId),
  ];
  const code = (name: string): Attribute[] => [
    attribute('code.function.name', `OrdersService.${name}`),
    attribute('code.file.path', 'apps/order-service/src/orders/orders.service.ts'),
    attribute('user.id', user),
    attribute('product', product),
    attribute('order.id', orderId),
    attribute('quantity', BigInt(1 + Math.floor(random() * 5))),
    attribute('thread.name', 'main'),
  ];
  const sql = (text: string): Attribute[] => [
    attribute('db.system.name', 'postgresql'),
    attribute('db.namespace', 'shop'),
    attribute('db.query.text', text),
    attribute('db.operation.name', text.slice(0, 6)),
    attribute('server.address', 'db.shop.internal'),
    attribute('server.port', 5432n),
    attribute('db.response.returned_rows', 1n),
    attribute('user.id', user),
  ];

  const slow = product === 'slow_product' ? 2000 : 0;
  if (!isOrder) {
    const root = add(
      0,
      HTTP,
      'GET /users/:id',
      SpanKind.server,
      undefined,
      0,
      20,
      http('GET', '/users/:id', 8080, true),
    );
    const proxy = add(0, CODE, 'proxy_to_user-service', SpanKind.internal, root, 1, 18, code('proxy'));
    const call = add(0, HTTP, 'GET', SpanKind.client, proxy, 2, 16, http('GET', '/users/:id', 8001, false));
    const server = add(
      2,
      HTTP,
      'GET /users/:id',
      SpanKind.server,
      call,
      4,
      12,
      http('GET', '/users/:id', 8001, true),
    );
    const service = add(2, CODE, 'find_user', SpanKind.internal, server, 5, 9, code('find'));
    add(2, SQL, 'SELECT users', SpanKind.client, service, 6, 4, sql('SELECT * FROM users WHERE id = $1'));
    if (random() < 0.5)
      add(
        2,
        SQL,
        'SELECT roles',
        SpanKind.client,
        service,
        10,
        2,
        sql('SELECT * FROM roles WHERE user_id = $1'),
      );
    return spans.reverse();
  }
  const root = add(
    0,
    HTTP,
    'POST /orders',
    SpanKind.server,
    undefined,
    0,
    60 + slow,
    http('POST', '/orders', 8080, true),
    failed,
  );
  const proxy = add(0, CODE, 'proxy_to_order-service', SpanKind.internal, root, 1, 57 + slow, code('proxy'));
  const call = add(
    0,
    HTTP,
    'POST',
    SpanKind.client,
    proxy,
    2,
    55 + slow,
    http('POST', '/orders', 8002, false),
    failed,
  );
  const server = add(
    1,
    HTTP,
    'POST /orders',
    SpanKind.server,
    call,
    4,
    50 + slow,
    http('POST', '/orders', 8002, true),
    failed,
  );
  const validate = add(1, CODE, 'validate_user', SpanKind.internal, server, 6, 18, code('validateUser'));
  const ask = add(1, HTTP, 'GET', SpanKind.client, validate, 7, 16, http('GET', '/users/:id', 8001, false));
  const users = add(
    2,
    HTTP,
    'GET /users/:id',
    SpanKind.server,
    ask,
    9,
    12,
    http('GET', '/users/:id', 8001, true),
  );
  add(2, SQL, 'SELECT users', SpanKind.client, users, 10, 4, sql('SELECT * FROM users WHERE id = $1'));
  add(1, CODE, 'calculate_total', SpanKind.internal, server, 26, 12 + slow, code('calculateTotal'), failed);
  if (!failed)
    add(
      1,
      SQL,
      'INSERT orders',
      SpanKind.client,
      server,
      40 + slow,
      6,
      sql('INSERT INTO orders VALUES ($1, $2, $3)'),
    );
  if (random() < 0.3)
    add(1, CODE, 'notify_warehouse', SpanKind.producer, server, 47 + slow, 1, code('notify'));
  return spans.reverse();
};
