import type { User, UserPage } from '@lantern/service-contracts';
import { startTestService, type TestService } from '@lantern/service-platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppModule } from '../app.module.js';
import { UserServiceConfig } from '../config.js';

const userService = { module: AppModule, config: UserServiceConfig };

describe('user-service', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService(userService);
  });
  afterAll(() => service.close());

  const get = (path: string) => fetch(service.url + path);
  const post = (body: unknown) =>
    fetch(`${service.url}/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('user-service creates a user, which can be read afterwards', async () => {
    const created = await post({ name: 'Grace Hopper', email: 'grace@example.com' });
    const user = (await created.json()) as User;

    expect(created.status).toBe(201);
    expect(user).toEqual({
      id: expect.stringMatching(/^[\w-]+$/),
      name: 'Grace Hopper',
      email: 'grace@example.com',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect(await (await get(`/users/${user.id}`)).json()).toEqual(user);
  });

  it('user-service responds with 404 for an unknown user', async () => {
    const response = await get('/users/nobody');

    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      title: 'Not Found',
      detail: 'No user has the id "nobody".',
      instance: '/users/nobody',
    });
  });

  it.each(['..%2Forders', 'a%2Fb', "'%20OR%201=1", 'x'.repeat(65)])(
    'user-service responds with 400 to %s, which is not an ID',
    async (id) => {
      const response = await get(`/users/${id}`);

      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ parameter: 'id' }] });
    },
  );

  it('user-service returns lists in pages that a client requests by cursor', async () => {
    await post({ name: 'Alan Turing', email: 'alan@example.com' });
    const first = (await (await get('/users?limit=1')).json()) as UserPage;
    const second = (await (await get(`/users?limit=1&cursor=${first.next_cursor ?? ''}`)).json()) as UserPage;

    expect(first.items).toHaveLength(1);
    expect(second.items).toHaveLength(1);
    expect(second.items[0]?.id).not.toBe(first.items[0]?.id);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1.5', 'limit'],
    ['cursor=garbage', 'cursor'],
    ['cursor=WzEsMl0', 'cursor'],
    ['colour=red', 'colour'],
  ])('user-service responds with 400 to /users?%s and names the parameter', async (query, parameter) => {
    const response = await get(`/users?${query}`);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      type: 'urn:lantern:problem:invalid-request',
      errors: [{ parameter, detail: expect.any(String) }],
    });
  });

  it('user-service names every invalid and every unknown field of a body', async () => {
    const response = await post({ name: '', email: 'not an address', admin: true });
    const problem = (await response.json()) as { errors: { pointer: string }[] };

    expect(response.status).toBe(400);
    expect(problem.errors.map(({ pointer }) => pointer).sort()).toEqual(['#/admin', '#/email', '#/name']);
  });

  it.each([[null], [[]], ['text'], [1]])(
    'user-service responds with 400 to the body %j, which is not an object',
    async (body) => {
      const response = await post(body);

      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ detail: 'The body must be a JSON object.' });
    },
  );
});
