import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestTelemetry } from '@lantern/observability/testing';
import type { Order, OrderPage } from '@lantern/service-contracts';
import { startTestService, type TestService } from '@lantern/service-platform/testing';
import { DATABASE } from '@lantern/service-platform/database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Kysely } from 'kysely';
import { PAYMENT_GATEWAY, type PaymentGateway } from '../payments/payment-gateway.js';
import { AppModule } from '../app.module.js';
import { OrderServiceConfig } from '../config.js';
import type { Schema } from './orders.schema.js';

const orderService = { module: AppModule, config: OrderServiceConfig };

/** Stub of user-service that has user "1", as user-service has after its first start. */
const knowsUserOne: RequestListener = (request, response) => {
  response.statusCode = request.url === '/users/1' ? 200 : 404;
  response.end('{}');
};

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const telemetry = startTestTelemetry();

const laptop = { user_id: '1', product: 'laptop', quantity: 2 };

describe('order-service', () => {
  let answer: RequestListener = knowsUserOne;
  const asked: (string | undefined)[] = [];
  const users = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    answer(request, response);
  });
  let service: TestService;

  beforeAll(async () => {
    await new Promise<void>((listening) => users.listen(0, '127.0.0.1', listening));
    service = await startTestService(orderService, { USER_SERVICE_URL: urlOf(users) });
  });
  beforeEach(() => {
    telemetry.reset();
  });
  afterEach(() => {
    answer = knowsUserOne;
    asked.length = 0;
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    await service.close();
    users.closeAllConnections();
    await new Promise((closed) => users.close(closed));
  });

  const get = (path: string) => fetch(service.url + path);
  const place = (order: unknown, { url } = service) =>
    fetch(`${url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    });
  const stored = async () => ((await (await get('/orders?limit=100')).json()) as OrderPage).items;

  it('order-service creates an order for an existing user, at the price of the catalog', async () => {
    const response = await place(laptop);
    const order = (await response.json()) as Order;

    expect(response.status).toBe(201);
    expect(order).toEqual({
      ...laptop,
      id: expect.stringMatching(/^[\w-]+$/),
      unit_price_minor: 129_900,
      total_minor: 259_800,
      currency: 'EUR',
      created_at: expect.any(String),
    });
    expect(asked).toEqual(['GET /users/1']);
    expect(await (await get(`/orders/${order.id}`)).json()).toEqual(order);
  });

  it('order-service lists the orders of a user', async () => {
    await place(laptop);
    const { items } = (await (await get('/orders?user_id=1')).json()) as OrderPage;

    expect(items.length).toBeGreaterThan(0);
    expect(await (await get('/orders?user_id=2')).json()).toEqual({ items: [], next_cursor: null });
  });

  it('order-service responds with 404 for an unknown order', async () => {
    expect((await get('/orders/none')).status).toBe(404);
  });

  it.each([
    ['quantity', { ...laptop, quantity: 0 }],
    ['quantity', { ...laptop, quantity: 1.5 }],
    ['quantity', { ...laptop, quantity: '1' }],
    ['quantity', { ...laptop, quantity: 1001 }],
    ['user_id', { ...laptop, user_id: '../admin' }],
    ['user_id', { ...laptop, user_id: 1 }],
    ['product', { ...laptop, product: '' }],
    ['price', { ...laptop, price: 1 }],
  ])('order-service responds with 400 to an invalid %s without downstream calls', async (field, order) => {
    const response = await place(order);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ pointer: `#/${field}` }] });
    expect(asked).toEqual([]);
  });

  describe.each([
    ['an unknown user', { ...laptop, user_id: '7' }, 422, 'unknown-user', 'No user has the id "7".'],
    [
      'an unknown product',
      { ...laptop, product: 'unicorn' },
      422,
      'unknown-product',
      'The shop does not sell "unicorn".',
    ],
    [
      'a product named like a property of every object',
      { ...laptop, product: 'constructor' },
      422,
      'unknown-product',
      'The shop does not sell "constructor".',
    ],
    [
      'fail_product, which the payment gateway never answers to',
      { ...laptop, product: 'fail_product' },
      504,
      'payment-gateway-timeout',
      'The payment provider did not answer in time. Nothing was charged or ordered.',
    ],
  ])('given %s', (_given, order, status, slug, detail) => {
    it(`responds with ${status} and stores nothing`, async () => {
      const before = await stored();
      const response = await place(order);

      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.json()).toMatchObject({
        type: `urn:lantern:problem:${slug}`,
        status,
        detail,
        instance: '/orders',
      });
      expect(await stored()).toEqual(before);
    });
  });

  describe('if user-service fails', () => {
    it('order-service responds with 502 if user-service refuses the connection', async () => {
      const closed = createServer();
      await new Promise<void>((listening) => closed.listen(0, '127.0.0.1', listening));
      const url = urlOf(closed);
      await new Promise((done) => closed.close(done));
      const alone = await startTestService(orderService, { USER_SERVICE_URL: url });
      try {
        const response = await place(laptop, alone);

        expect(response.status).toBe(502);
        expect(await response.json()).toMatchObject({ detail: 'user-service gave no answer.' });
      } finally {
        await alone.close();
      }
    });

    describe('by exceeding the timeout', () => {
      let impatient: TestService;
      beforeAll(async () => {
        impatient = await startTestService(orderService, {
          USER_SERVICE_URL: urlOf(users),
          USER_SERVICE_TIMEOUT_MS: '100',
        });
      });
      afterAll(() => impatient.close());

      it('order-service responds with 504 if user-service does not respond', async () => {
        answer = () => undefined;
        const response = await place(laptop, impatient);

        expect(response.status).toBe(504);
        expect(await response.json()).toMatchObject({ detail: 'user-service did not answer within 100 ms.' });
      });

      it('order-service responds with 504 if the response of user-service starts in time but does not end', async () => {
        answer = (_request, response) => {
          response.writeHead(200);
          const drip = setInterval(() => response.write(' '), 20);
          response.once('close', () => clearInterval(drip));
        };

        expect((await place(laptop, impatient)).status).toBe(504);
      });
    });

    it('order-service responds with 502 if user-service closes the connection', async () => {
      answer = (request) => request.socket.destroy();

      expect((await place(laptop)).status).toBe(502);
    });

    it.each([500, 503, 302])(
      'order-service responds with 502 if user-service responds with %i',
      async (status) => {
        answer = (_request, response) => {
          response.writeHead(status, { location: `${urlOf(users)}/users/1` }).end();
        };
        const response = await place(laptop);

        expect(response.status).toBe(502);
        expect(await response.json()).toMatchObject({
          detail: `user-service responded with status ${status}.`,
        });
        expect(asked).toEqual(['GET /users/1']);
      },
    );
  });

  describe('placing an order', () => {
    // The client and the stub of user-service run in this process and create spans too: the first span, and the second GET.
    const attributes = ['user.id', 'product', 'quantity', 'http.response.status_code'];

    it('An order has one span for each step, and one for the SQL statement', async () => {
      await place(laptop);
      await telemetry.waitForSpans(7);

      expect(telemetry.tree({ attributes })).toBe(
        [
          'POST [client] http.response.status_code=201',
          '  POST /orders [server] http.response.status_code=201',
          '    validate_user [internal] user.id="1"',
          '      GET [client] http.response.status_code=200',
          '        GET [server] http.response.status_code=200',
          '    calculate_total [internal] product="laptop" quantity=2',
          '    INSERT orders [client]',
        ].join('\n'),
      );
    });

    it('A failed payment marks calculate_total and its parents as failed, with the error of the payment gateway', async () => {
      const response = await place({ ...laptop, product: 'fail_product' });
      const { trace_id } = (await response.json()) as { trace_id: string };
      await telemetry.waitForSpans(6);

      expect(telemetry.tree({ attributes })).toBe(
        [
          'POST [client] ERROR http.response.status_code=504',
          '  POST /orders [server] ERROR http.response.status_code=504',
          '    validate_user [internal] user.id="1"',
          '      GET [client] http.response.status_code=200',
          '        GET [server] http.response.status_code=200',
          '    calculate_total [internal] ERROR product="fail_product" quantity=2',
        ].join('\n'),
      );
      const { events, ...span } = telemetry.span('calculate_total');
      expect(events).toMatchObject([
        {
          name: 'exception',
          attributes: {
            'exception.type': 'PaymentGatewayTimeout',
            'exception.message': 'Payment gateway timeout: Unable to reach provider',
            'exception.stacktrace': expect.stringContaining('SimulatedPaymentGateway'),
          },
        },
      ]);
      expect(span.status.message).toBe('Payment gateway timeout: Unable to reach provider');
      expect(telemetry.span('POST /orders').spanContext().traceId).toBe(trace_id);
    });

    it('An order for an unknown user does not mark spans as failed', async () => {
      await place({ ...laptop, user_id: '7' });
      await telemetry.waitForSpans(5);

      expect(telemetry.tree()).toBe(
        [
          'POST [client] ERROR',
          '  POST /orders [server]',
          '    validate_user [internal]',
          '      GET [client] ERROR',
          '        GET [server]',
        ].join('\n'),
      );
    });
  });

  it('order-service refunds the payment and responds with 500 if a paid order cannot be stored', async () => {
    const gateway = service.app.get<PaymentGateway>(PAYMENT_GATEWAY);
    const charge = jest.spyOn(gateway, 'charge');
    const refund = jest.spyOn(gateway, 'refund');
    const database = service.app.get<Kysely<Schema>>(DATABASE);
    await database.schema.alterTable('orders').renameTo('orders_elsewhere').execute();
    try {
      const response = await place(laptop);

      expect(response.status).toBe(500);
      expect(JSON.stringify(await response.json())).not.toMatch(/orders_elsewhere|no such table|sqlite/i);
      expect(refund.mock.calls).toEqual(charge.mock.calls);
      expect(refund).toHaveBeenCalledTimes(1);
    } finally {
      await database.schema.alterTable('orders_elsewhere').renameTo('orders').execute();
    }
  });
});
