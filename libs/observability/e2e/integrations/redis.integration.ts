import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Application, drawSpans } from './application.js';
import { describeWith } from './servers.js';

describeWith(['redis'], 'a service with Redis', (servers) => {
  let app: Application;
  beforeAll(async () => {
    app = await Application.start('redis', { REDIS_URL: servers().redis.url });
    // A command that waits for its connection is published once it is open, outside of its request.
    await app.trace('/ioredis/5/1');
    await app.trace('/ioredis/6/1');
  });
  afterAll(() => app.stop());

  it.each(['5', '6'])(
    'makes a client span of each command and each transaction of ioredis %s',
    async (version) => {
      const spans = await app.trace(`/ioredis/${version}/42`);
      expect(drawSpans(spans, ['db.query.text', 'db.operation.batch.size'])).toBe(
        [
          'GET /ioredis/:version/:id [server]',
          '  SET [client] db.query.text="SET cart:? ? ? ?"',
          '  GET [client] db.query.text="GET cart:?"',
          '  MULTI [client] db.query.text="MULTI" db.operation.batch.size=2',
        ].join('\n'),
      );
      const { host, port } = servers().redis;
      expect(spans.find(({ name }) => name === 'GET')?.attributes).toMatchObject({
        'db.system.name': 'redis',
        'db.namespace': '0',
        'server.address': host,
        'server.port': port,
      });
    },
  );

  it('makes a client span of each command and each transaction of node-redis', async () => {
    expect(drawSpans(await app.trace('/node-redis/42'), ['db.query.text'])).toBe(
      [
        'GET /node-redis/:id [server]',
        '  SET [client] db.query.text="SET cart:? ?"',
        '  MULTI [client] db.query.text="MULTI"',
        '  GET [client] db.query.text="GET cart:?"',
      ].join('\n'),
    );
  });

  it('runs callbacks in the trace of their caller', async () => {
    const ask = async () =>
      (await (await fetch(`${app.url}/callback`)).json()) as { before: string; inside: string };
    const answers = await Promise.all(Array.from({ length: 24 }, ask));
    expect(answers.filter(({ before, inside }) => before !== inside)).toEqual([]);
  });

  it('marks the span of a command that Redis rejects, by the prefix of its error', async () => {
    const spans = await app.trace('/failure');
    expect(drawSpans(spans, ['error.type'])).toContain('  INCR [client] ERROR error.type="ERR"');
  });
});
