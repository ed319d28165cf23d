import { SpanKind, StatusCode, type Span } from '../span.js';
import type { Trace } from '../trace.js';
import type { TraceId } from '../ids.js';
import type { UnixNano } from '../units.js';
import { T0, attributes, millis, resourceSpans, span, spanId, trace, traceId } from './builders.js';

/**
 * The shop's trace of `POST /orders`: ten spans of three services, 100 ms. With `failed`, the payment fails.
 *
 * ```
 * api-gateway     POST /orders                 server   0 ├────────────────────────────┤ 100
 * api-gateway       proxy_to_order-service     internal 2  ├──────────────────────────┤ 98
 * api-gateway         POST                     client   4   ├────────────────────────┤  96
 * order-service         POST /orders           server   8    ├──────────────────────┤   92
 * order-service           validate_user        internal 10    ├─────────┤                40
 * order-service             GET                client   12     ├───────┤                 38
 * user-service                GET /users/:id   server   16      ├────┤                   34
 * user-service                  SELECT users   client   20       ├─┤                     28
 * order-service           calculate_total      internal 42              ├─────┤          70
 * order-service           INSERT orders        client   72                     ├────┤    90
 * ```
 */
export const orderTrace = (
  options: { traceId?: TraceId; startUnixNano?: UnixNano; failed?: boolean } = {},
): Trace => {
  const { startUnixNano: start = T0, failed = false } = options;
  const id = options.traceId ?? traceId(1);

  const make = (
    n: number,
    parent: number | undefined,
    name: string,
    kind: SpanKind,
    [from, to]: readonly [number, number],
    more: Partial<Span> = {},
  ): Span =>
    span({
      traceId: id,
      spanId: spanId(n),
      parentSpanId: parent === undefined ? undefined : spanId(parent),
      name,
      kind,
      startUnixNano: start + millis(from),
      endUnixNano: start + millis(to),
      ...more,
    });

  const reason = 'Payment gateway timeout: Unable to reach provider';
  const error: Partial<Span> = failed ? { status: { code: StatusCode.error, message: reason } } : {};
  const http = (method: string, status: number): Partial<Span> => ({
    attributes: attributes({ 'http.request.method': method, 'http.response.status_code': BigInt(status) }),
  });
  const created = http('POST', failed ? 504 : 201);
  const total = make(9, 4, 'calculate_total', SpanKind.internal, [42, 70], {
    ...error,
    attributes: attributes({ product: failed ? 'fail_product' : 'laptop', quantity: 1n }),
    events: failed
      ? [
          {
            timeUnixNano: start + millis(69),
            name: 'exception',
            attributes: attributes({ 'exception.type': 'PaymentError', 'exception.message': reason }),
            droppedAttributesCount: 0,
          },
        ]
      : [],
  });
  const insert = make(10, 4, 'INSERT orders', SpanKind.client, [72, 90], {
    attributes: attributes({ 'db.system.name': 'sqlite' }),
  });

  return trace(
    resourceSpans(
      'api-gateway',
      make(1, undefined, 'POST /orders', SpanKind.server, [0, 100], { ...created, ...error }),
      make(2, 1, 'proxy_to_order-service', SpanKind.internal, [2, 98], error),
      make(3, 2, 'POST', SpanKind.client, [4, 96], { ...created, ...error }),
    ),
    resourceSpans(
      'order-service',
      make(4, 3, 'POST /orders', SpanKind.server, [8, 92], { ...created, ...error }),
      make(5, 4, 'validate_user', SpanKind.internal, [10, 40], {
        attributes: attributes({ 'user.id': '1' }),
      }),
      make(6, 5, 'GET', SpanKind.client, [12, 38], http('GET', 200)),
      total,
      ...(failed ? [] : [insert]),
    ),
    resourceSpans(
      'user-service',
      make(7, 6, 'GET /users/:id', SpanKind.server, [16, 34], http('GET', 200)),
      make(8, 7, 'SELECT users', SpanKind.client, [20, 28], {
        attributes: attributes({ 'db.system.name': 'sqlite' }),
      }),
    ),
  );
};
