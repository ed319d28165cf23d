import { type RequestListener, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startServer } from '../../test/http-server.js';
import { answerWithCorrelationId, writeCorrelationHeaders } from './correlation-header.js';

let undo: () => void;
beforeAll(() => {
  undo = writeCorrelationHeaders();
});
afterAll(() => undo());

const answered = async (write: (response: ServerResponse) => void): Promise<[number, string, Headers]> => {
  const listener: RequestListener = (_, response) => {
    answerWithCorrelationId(response, 'order-7');
    write(response);
    response.end('done');
  };
  const server = await startServer(listener);
  try {
    const response = await fetch(server.url);
    return [response.status, response.statusText, response.headers];
  } finally {
    await server.close();
  }
};

describe('the correlation header', () => {
  it.each<[how: string, write: (response: ServerResponse) => void]>([
    ['without a head of its own', () => undefined],
    ['that sets headers one by one', (response) => response.setHeader('x-own', '1')],
    ['that writes a head without headers', (response) => response.writeHead(200)],
    ['that writes headers as an object', (response) => response.writeHead(200, { 'x-own': '1' })],
    ['that writes headers in turn', (response) => response.writeHead(200, ['x-own', '1'])],
    ['that writes headers as pairs', (response) => response.writeHead(200, [['x-own', '1']] as never)],
    ['that flushes its head first', (response) => response.flushHeaders()],
  ])('is on an answer %s', async (_, write) => {
    const [status, , headers] = await answered(write);
    expect(status).toBe(200);
    expect(headers.get('x-correlation-id')).toBe('order-7');
  });

  it('The correlation header does not change the status and its reason', async () => {
    const [status, reason, headers] = await answered((response) =>
      response.writeHead(418, 'Short and stout', { a: 'b' }),
    );
    expect([status, reason, headers.get('a'), headers.get('x-correlation-id')]).toEqual([
      418,
      'Short and stout',
      'b',
      'order-7',
    ]);
  });

  it.each<[how: string, write: (response: ServerResponse) => void]>([
    ['set', (response) => response.setHeader('X-Correlation-ID', 'own')],
    ['written', (response) => response.writeHead(200, { 'X-Correlation-ID': 'own' })],
    ['written in turn', (response) => response.writeHead(200, ['X-Correlation-ID', 'own'])],
    ['written as a pair', (response) => response.writeHead(200, [['X-Correlation-ID', 'own']] as never)],
  ])('gives way to one that the application has %s', async (_, write) => {
    const [, , headers] = await answered(write);
    expect(headers.get('x-correlation-id')).toBe('own');
  });

  it('The correlation header is not added to a headers object that the application reuses', async () => {
    const kept = { 'x-own': '1' };
    await answered((response) => response.writeHead(200, kept));
    expect(kept).toEqual({ 'x-own': '1' });
  });
});
