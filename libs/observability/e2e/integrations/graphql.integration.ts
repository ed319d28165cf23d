import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application, drawSpans } from './application.js';

describe.each(['apollo', 'mercurius'])('GraphQL with %s', (driver) => {
  let app: Application;
  beforeAll(async () => {
    app = await Application.start('graphql', { GRAPHQL_DRIVER: driver });
  });
  afterAll(() => app.stop());

  const ask = (query: string, expected: number) =>
    app.trace(
      '/graphql',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      },
      expected,
    );

  // The second request is compiled by Mercurius' JIT.
  it.each(['first', 'second'])(
    'the %s request is a trace with the operation, its fields, and the batch of a DataLoader',
    async () => {
      const spans = await ask('query Catalog { products { name supplier reviews } }', 5);
      expect(drawSpans(spans, ['graphql.field.calls', 'dataloader.batch.size', 'http.route'])).toBe(
        [
          'query Catalog [server] http.route="/graphql"',
          '  resolve products [internal] graphql.field.calls=1',
          '  resolve products.supplier [internal] graphql.field.calls=3',
          '    load suppliers [internal] dataloader.batch.size=3',
          '  resolve products.reviews [internal] graphql.field.calls=3',
        ].join('\n'),
      );
    },
  );

  it('errors in an answer of status 200 mark the span', async () => {
    const spans = await ask('query Prices { products { price } }', 3);
    expect(drawSpans(spans, ['http.response.status_code', 'graphql.errors'])).toBe(
      [
        'query Prices [server] ERROR http.response.status_code=200 graphql.errors=3',
        '  resolve products [internal]',
        '  resolve products.price [internal] ERROR',
      ].join('\n'),
    );
  });
});
