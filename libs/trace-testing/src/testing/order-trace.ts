import { SpanKind, StatusCode, type AnyValue, type Span } from '@lantern/telemetry-model';
import { T0, attributes, millis, resourceSpans, span, spanId, trace } from '@lantern/telemetry-model/testing';
import type { LogLine } from '../trace/log-line.js';
import type { TestTrace } from '../trace/test-trace.js';
import { testTraceOf, type ModelTraceParts } from '../trace/trace-model.js';

const { server, client, internal } = SpanKind;

/** Times in milliseconds. */
interface Place {
  readonly id: number;
  readonly parent?: number;
  readonly from: number;
  readonly to: number;
}

const at = (
  { id, parent, from, to }: Place,
  name: string,
  kind: SpanKind,
  values: Readonly<Record<string, AnyValue>> = {},
  more: Partial<Span> = {},
): Span =>
  span({
    spanId: spanId(id),
    parentSpanId: parent === undefined ? undefined : spanId(parent),
    name,
    kind,
    startUnixNano: T0 + millis(from),
    endUnixNano: T0 + millis(to),
    attributes: attributes(values),
    ...more,
  });

const failed = { status: { code: StatusCode.error, message: 'Payment gateway timeout' } };
const SELECT = { 'db.system.name': 'sqlite', 'db.operation.name': 'SELECT' };

const GROUPS = [
  resourceSpans(
    'gateway',
    at({ id: 1, from: 0, to: 100 }, 'POST /orders', server, { 'http.response.status_code': 504n }, failed),
    at({ id: 2, parent: 1, from: 5, to: 95 }, 'POST', client, { 'server.address': 'orders' }),
  ),
  resourceSpans(
    'orders',
    at({ id: 3, parent: 2, from: 10, to: 90 }, 'POST /orders', server, {}, failed),
    at({ id: 4, parent: 3, from: 10, to: 30 }, 'GET', client),
    at(
      { id: 7, parent: 3, from: 30, to: 90 },
      'calculate_total',
      internal,
      { product: 'laptop' },
      {
        ...failed,
        events: [
          {
            timeUnixNano: T0,
            name: 'exception',
            attributes: attributes({ 'exception.message': 'Payment gateway timeout' }),
            droppedAttributesCount: 0,
          },
        ],
      },
    ),
  ),
  resourceSpans(
    'users',
    at({ id: 5, parent: 4, from: 12, to: 28 }, 'GET /users/17', server),
    at({ id: 6, parent: 5, from: 15, to: 20 }, 'SELECT users', client, SELECT),
    at({ id: 8, parent: 5, from: 20, to: 25 }, 'SELECT users', client, SELECT),
  ),
];

/**
 * Trace of an order whose payment fails:
 *
 * ```
 * gateway: POST /orders (server) ✗             0–100 ms
 *   gateway: POST (client)                     5–95
 *     orders: POST /orders (server) ✗         10–90
 *       orders: GET (client)                  10–30
 *         users: GET /users/17 (server)       12–28
 *           users: SELECT users (client)      15–20
 *           users: SELECT users (client)      20–25
 *       orders: calculate_total (internal) ✗  30–90
 * ```
 */
export const orderTrace = (parts: Partial<ModelTraceParts> = {}): TestTrace =>
  testTraceOf(trace(...GROUPS), {
    reasons: [],
    name: 'order a laptop',
    url: 'http://localhost:16686/trace/1',
    ...parts,
  });

/** Place, name, kind and attributes of a span. */
export type PlacedSpan = Readonly<Parameters<typeof at>>;

/** Returns a trace of one service. */
export const traceOf = (spans: readonly PlacedSpan[], parts: Partial<ModelTraceParts> = {}): TestTrace =>
  testTraceOf(trace(resourceSpans('shop', ...spans.map((each) => at(...each)))), { reasons: [], ...parts });

export const logLine = (
  level: string,
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): LogLine => ({
  timeUnixNano: T0,
  service: 'orders',
  level,
  message,
  fields: { service: 'orders', level, message, ...fields },
  labels: {},
  text: JSON.stringify({ level, message, ...fields }),
});
