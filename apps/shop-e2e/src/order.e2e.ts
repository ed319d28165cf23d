import { beforeAll, describe, expect, it } from '@jest/globals';
import { traceIdOf, traceOf, type TraceView } from './rig/jaeger.js';
import { queryLogs, waitForLog } from './rig/loki.js';
import { order, type Answer } from './rig/shop.js';

const SHAPE = `
api-gateway: POST /orders (server)
  api-gateway: proxy_to_order-service (internal)
    api-gateway: POST (client)
      order-service: POST /orders (server)
        order-service: validate_user (internal)
          order-service: GET (client)
            user-service: GET /users/:id (server)
              user-service: SELECT users (client)
        order-service: calculate_total (internal)
        order-service: INSERT orders (client)
`.trim();

describe("the tutorial's order", () => {
  let answer: Answer;
  let trace: TraceView;

  beforeAll(async () => {
    answer = await order('laptop');
    trace = await traceOf(await traceIdOf(answer.correlationId), 10);
  });

  it('is created', () => {
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ user_id: '1', product: 'laptop', quantity: 1 });
  });

  it('creates one trace of exactly this shape', () => {
    expect(trace.tree()).toBe(SHAPE);
  });

  it('has attributes for user, product, target and outcome', () => {
    expect(trace.span('order-service', 'validate_user').tags).toMatchObject({ 'user.id': '1' });
    expect(trace.span('order-service', 'calculate_total').tags).toMatchObject({
      product: 'laptop',
      quantity: 1,
    });
    const proxy = trace.span('api-gateway', 'proxy_to_order-service').tags;
    expect(proxy).toMatchObject({ 'http.request.method': 'POST', 'http.response.status_code': 201 });
    expect(String(proxy['url.full'])).toMatch(/\/orders$/);
    expect(trace.span('user-service', 'GET /users/:id').tags).toMatchObject({
      'http.route': '/users/:id',
      'http.response.status_code': 200,
      'url.path': '/users/1',
    });
    expect(trace.span('user-service', 'SELECT users').tags).toMatchObject({
      'db.operation.name': 'SELECT',
      'db.collection.name': 'users',
    });
  });

  it('has the correlation ID on every server span', () => {
    const servers = trace.spans.filter(({ kind }) => kind === 'server');
    expect(servers.map(({ tags }) => tags.correlation_id)).toEqual(
      Array.from({ length: 3 }, () => answer.correlationId),
    );
  });

  it('writes one access line in each service, found by the trace ID across services', async () => {
    const query = `{service=~".+"} | trace_id="${trace.traceId}"`;
    const services = ['api-gateway', 'order-service', 'user-service'];
    for (const service of services) {
      await waitForLog(query, ({ fields }) => fields.service === service && 'duration_ms' in fields);
    }
    const accessLines = (await queryLogs(query)).filter(({ fields }) => 'duration_ms' in fields);
    expect(accessLines.map(({ fields }) => fields.service).sort()).toEqual(services);
    for (const { fields } of accessLines) {
      expect(fields).toMatchObject({ trace_id: trace.traceId, correlation_id: answer.correlationId });
      expect(trace.spans.map(({ spanId }) => spanId)).toContain(fields.span_id);
    }
  });
});
