import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '../../test/until.js';
import { Application, drawSpans } from './application.js';
import { describeWith } from './servers.js';

describeWith(['postgresql'], 'a service with PostgreSQL', (servers) => {
  let app: Application;
  beforeAll(async () => {
    app = await Application.start('postgresql', { DATABASE_URL: servers().postgresql.url });
    for (let each = 0; each < 8; each++) await app.trace('/typeorm/customers', { method: 'POST' });
  });
  afterAll(() => app.stop());

  it('makes one client span for each statement of TypeORM, and events of its transactions', async () => {
    const spans = await app.trace('/typeorm/customers', { method: 'POST' });
    expect(drawSpans(spans)).toBe(
      ['POST /typeorm/customers [server]', '  INSERT customers [client]', '  INSERT orders [client]'].join(
        '\n',
      ),
    );
    const [server] = spans.filter(({ kind }) => kind === 2);
    const events = server?.events.map(({ name }) => name);
    expect(events).toEqual(['db.begin', 'db.commit', 'db.begin', 'db.commit']);
    expect(server?.attributes['db.query.count']).toBe(6);
  });

  it('describes a statement by the stable conventions, without its values', async () => {
    await app.trace('/pg/Ada');
    await app.trace('/pg/Ada');
    const { host, port } = servers().postgresql;
    expect((await app.span('SELECT customers')).attributes).toEqual({
      correlation_id: expect.any(String),
      'db.system.name': 'postgresql',
      'db.namespace': 'postgres',
      'server.address': host,
      'server.port': port,
      'db.operation.name': 'SELECT',
      'db.collection.name': 'customers',
      'db.query.summary': 'SELECT customers',
      'db.query.text': 'SELECT * FROM customers WHERE name = $1',
    });
  });

  it('makes the count of the queries an attribute of the server span, so that N+1 shows', async () => {
    const spans = await app.trace('/typeorm/customers');
    const server = spans.find(({ kind }) => kind === 2);
    expect(server?.attributes).toMatchObject({ 'db.query.count': 9 });
    expect(Number(server?.attributes['db.query.duration_ms'])).toBeGreaterThan(0);
    expect(drawSpans(spans).match(/SELECT orders/g)).toHaveLength(8);
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
    const waits = spans.map(({ attributes }) => attributes['db.client.connection.wait_time']);
    expect(Math.max(...waits.map(Number).filter(Number.isFinite))).toBeGreaterThan(0.02);
  });

  it('makes the commands of a transaction events of the span around it', async () => {
    const spans = await app.trace('/transaction', { method: 'POST' });
    expect(drawSpans(spans)).toBe('POST /transaction [server]\n  INSERT customers [client]');
    const events = spans.find(({ kind }) => kind === 2)?.events.map(({ name }) => name);
    expect(events).toEqual(['db.begin', 'db.rollback']);
  });

  it('follows a cursor until it is closed', async () => {
    expect(drawSpans(await app.trace('/cursor'))).toBe('GET /cursor [server]\n  SELECT customers [client]');
  });

  it('marks the span of a statement that fails, by its SQLSTATE, and hides what was in its text', async () => {
    const spans = await app.trace('/failure?table=missing');
    expect(drawSpans(spans)).toBe('GET /failure [server] ERROR\n  SELECT missing [client] ERROR');
    expect(spans.find(({ kind }) => kind === 3)?.attributes).toMatchObject({
      'db.response.status_code': '42P01',
      'error.type': '42P01',
    });
    expect(JSON.stringify(spans)).not.toContain('top secret');
  });

  it('makes a failed span of a connection that cannot be made', async () => {
    const spans = await app.trace('/refused');
    expect(drawSpans(spans, ['error.type', 'server.port'])).toBe(
      'GET /refused [server] ERROR error.type="ECONNREFUSED" server.port=' +
        `${new URL(app.url).port}\n  connect [client] ERROR error.type="ECONNREFUSED" server.port=1`,
    );
  });

  it.each(['drizzle', 'knex'])('traces %s', async (library) => {
    // Knex asks a new connection for the version of the server.
    await app.trace(`/${library}/1`);
    const spans = await app.trace(`/${library}/1`);
    expect(drawSpans(spans)).toBe(`GET /${library}/:id [server]\n  SELECT customers [client]`);
  });
});
