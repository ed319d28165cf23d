import { describe, expect, it } from '@jest/globals';
import fastify from 'fastify';
import { MAX_LIST_LENGTH, TRUNCATED_HEADER, sendList } from './loki-request.js';

describe('a list of Loki', () => {
  it.each([
    [MAX_LIST_LENGTH, MAX_LIST_LENGTH, undefined],
    [MAX_LIST_LENGTH + 5, MAX_LIST_LENGTH, '20000 of 20005'],
  ])('of %d entries is answered with %d', async (length, answered, header) => {
    const server = fastify();
    server.get('/', async (_request, reply) =>
      sendList(reply, new Array<number>(length).fill(1), () => undefined),
    );
    const { headers, body } = await server.inject('/');
    expect(JSON.parse(body)).toEqual({ status: 'success', data: new Array<number>(answered).fill(1) });
    expect(headers[TRUNCATED_HEADER]).toBe(header);
    await server.close();
  });
});
