import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '../../test/until.js';
import { Application, drawSpans } from './application.js';
import { describeWith } from './servers.js';

describeWith(['mariadb'], 'a service with MySQL', (servers) => {
  let app: Application;
  beforeAll(async () => {
    app = await Application.start('mysql', { DATABASE_URL: servers().mariadb.url });
  });
  afterAll(() => app.stop());

  it('makes a client span of each query and each execution of a prepared statement, without values', async () => {
    const spans = await app.trace('/orders/lamp');
    expect(drawSpans(spans, ['db.query.text'])).toBe(
      [
        'GET /orders/:product [server]',
        '  SELECT orders [client] db.query.text="SELECT * FROM orders WHERE product = ?"',
        '  SELECT orders [client] db.query.text="SELECT id FROM orders WHERE product = ?"',
      ].join('\n'),
    );
    const { host, port } = servers().mariadb;
    expect(spans.find(({ kind }) => kind === 3)?.attributes).toMatchObject({
      'db.system.name': 'mysql',
      'db.namespace': 'shop',
      'server.address': host,
      'server.port': port,
    });
  });

  it('keeps the trace of each caller in the callbacks of a pool that they share', async () => {
    const ask = async () =>
      (await (await fetch(`${app.url}/callback`)).json()) as { before: string; inside: string };
    const answers = await Promise.all(Array.from({ length: 24 }, ask));
    expect(answers.filter(({ before, inside }) => before !== inside)).toEqual([]);
    expect(new Set(answers.map(({ inside }) => inside)).size).toBe(24);
  });

  it('puts each span of a shared pool below the request that asked for it', async () => {
    await Promise.all(Array.from({ length: 8 }, () => fetch(`${app.url}/callback?shared`)));
    const sizes = (): number[] =>
      [...Map.groupBy(app.sink.spans, ({ traceId }) => traceId).values()]
        .filter((spans) => spans.some(({ attributes }) => attributes['url.query'] === 'shared'))
        .map((spans) => spans.length);
    await until('the traces of eight requests', () => sizes().length === 8);
    expect(sizes()).toEqual(Array.from({ length: 8 }, () => 2));
  });

  it('shows how long a statement waited for a connection', async () => {
    const spans = await app.trace('/wait');
    const waits = spans.map(({ attributes }) => Number(attributes['db.client.connection.wait_time'] ?? 0));
    expect(Math.max(...waits)).toBeGreaterThan(0.02);
  });

  it('makes the commands of a transaction events of the span around it', async () => {
    const spans = await app.trace('/transaction', { method: 'POST' });
    expect(drawSpans(spans)).toBe('POST /transaction [server]\n  INSERT orders [client]');
    const events = spans.find(({ kind }) => kind === 2)?.events.map(({ name }) => name);
    expect(events).toEqual(['db.begin', 'db.rollback']);
  });

  it('marks the span of a statement that fails, by its error number, and hides what was in its text', async () => {
    const spans = await app.trace('/failure');
    expect(drawSpans(spans, ['db.response.status_code'])).toBe(
      'GET /failure [server] ERROR\n  SELECT missing [client] ERROR db.response.status_code="1146"',
    );
    expect(JSON.stringify(spans)).not.toContain('top secret');
  });
});
