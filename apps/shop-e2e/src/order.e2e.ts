import { beforeAll, describe, expect, it } from '@jest/globals';
import { traced, type TestTrace } from '@lantern/trace-testing/jest';
import { order, type Answer } from './rig/shop.js';

const SERVICES = ['api-gateway', 'order-service', 'user-service'] as const;

describe("the tutorial's order", () => {
  let answer: Answer;
  let trace: TestTrace;

  beforeAll(async () => {
    ({ result: answer, trace } = await traced('order a laptop', (headers) => order('laptop', headers)));
  });

  it('is created', () => {
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ user_id: '1', product: 'laptop', quantity: 1 });
  });

  it('creates one trace of exactly this shape', () => {
    expect(trace).toMatchShape();
  });

  it('calls order-service through the gateway, and user-service from there', () => {
    expect(trace).toHaveCalls('api-gateway > order-service > user-service');
    expect(trace).not.toHaveErrors();
  });

  it('has no N+1 queries, no swallowed error, no secret in an attribute and no other detection', () => {
    expect(trace).toBeClean();
  });

  it('needs two calls and two queries', () => {
    expect(trace).toHaveAtMost({ calls: 2, queries: 2, depth: 8 });
  });

  it('has attributes for user, product, target and outcome', () => {
    expect(trace).toHaveSpan({ name: 'validate_user', attributes: { 'user.id': '1' } });
    expect(trace).toHaveSpan({ name: 'calculate_total', attributes: { product: 'laptop', quantity: 1 } });
    expect(trace).toHaveSpan({
      service: 'api-gateway',
      name: 'proxy_to_order-service',
      attributes: {
        'http.request.method': 'POST',
        'http.response.status_code': 201,
        'url.full': /\/orders$/,
      },
    });
    expect(trace).toHaveSpan({
      service: 'user-service',
      name: 'GET /users/:id',
      attributes: { 'http.route': '/users/:id', 'http.response.status_code': 200, 'url.path': '/users/1' },
    });
    expect(trace).toHaveSpan({
      service: 'user-service',
      name: 'SELECT users',
      attributes: { 'db.operation.name': 'SELECT', 'db.collection.name': 'users' },
    });
  });

  it('has the correlation ID on every server span', () => {
    const attributes = { correlation_id: answer.correlationId };
    expect(trace).toHaveSpans({ kind: 'server' }, { exactly: 3 });
    expect(trace).toHaveSpans({ kind: 'server', attributes }, { exactly: 3 });
  });

  it('writes one access line in each service, with the IDs of the trace and of the request', async () => {
    for (const service of SERVICES) {
      await expect(trace).toHaveLog({
        service,
        fields: {
          duration_ms: expect.any(Number),
          correlation_id: answer.correlationId,
          span_id: trace.span({ service, kind: 'server' }).spanId,
        },
      });
    }
    const accessLines = (await trace.currentLogs()).filter(({ fields }) => 'duration_ms' in fields);
    expect(accessLines.map(({ service }) => service).sort()).toEqual(SERVICES);
  });
});
