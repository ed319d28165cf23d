import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OtlpSpan } from '../../test/otlp-sink.js';
import { Application, drawSpans } from './application.js';
import { type ServerName, describeWith } from './servers.js';

const brokers = [
  ['redis', 'redis', 'redis'],
  ['nats', 'nats', 'nats'],
  ['mqtt', 'mosquitto', 'mqtt'],
  ['mqtt5', 'mosquitto', 'mqtt'],
  ['rabbitmq', 'rabbitmq', 'rabbitmq'],
] as const satisfies [string, ServerName, string][];

/** Without the commands that Nest's transport for Redis sends. */
const drawMessages = (spans: readonly OtlpSpan[], attributes?: string[]): string =>
  drawSpans(
    spans.filter((span) => span.attributes['db.system.name'] === undefined),
    attributes,
  );

describe.each(brokers)('Microservices over %s', (broker, server, system) => {
  describeWith([server], `with ${server}`, (servers) => {
    let app: Application;
    beforeAll(async () => {
      app = await Application.start('microservice', { BROKER: broker, BROKER_URL: servers()[server].url });
    });
    afterAll(() => app.stop());

    const headers = { 'x-correlation-id': 'order-42', baggage: 'tenant=acme' };

    it('a request is one trace with spans at both ends, and carries correlation ID and baggage', async () => {
      const response = await fetch(`${app.url}/products/laptop`, { headers });
      expect(await response.json()).toEqual({ product: 'laptop', caller: 'order-42 acme' });
      const spans = await app.trace('/products/laptop', { headers }, broker === 'redis' ? 6 : 4);
      expect(drawMessages(spans, ['messaging.system', 'code.function.name'])).toBe(
        [
          'GET /products/:name [server] code.function.name="Shop.find"',
          `  stock.find [client] messaging.system="${system}"`,
          `    stock.find [server] messaging.system="${system}" code.function.name="Stock.find"`,
          '      read [internal]',
        ].join('\n'),
      );
      expect(spans.find(({ kind, name }) => kind === 3 && name === 'stock.find')?.attributes).toMatchObject({
        'rpc.system.name': 'nestjs',
        'rpc.method': 'stock.find',
        'messaging.destination.name': 'stock.find',
        'server.address': '127.0.0.1',
        'server.port': servers()[server].port,
      });
    });

    it('a handler that throws marks the spans of both ends', async () => {
      const spans = await app.trace('/products/refused', {}, broker === 'redis' ? 5 : 3);
      expect(drawMessages(spans)).toBe(
        [
          'GET /products/:name [server] ERROR',
          '  stock.find [client] ERROR',
          '    stock.find [server] ERROR',
        ].join('\n'),
      );
    });

    it('an event is processed in the trace of its producer', async () => {
      const spans = await app.trace('/sales/laptop', { method: 'POST', headers }, broker === 'redis' ? 5 : 4);
      expect(drawMessages(spans)).toBe(
        [
          'POST /sales/:name [server]',
          '  send stock.sold [producer]',
          '    process stock.sold [consumer]',
          '      read [internal]',
        ].join('\n'),
      );
    });
  });
});
