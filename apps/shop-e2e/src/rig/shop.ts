import { randomUUID } from 'node:crypto';
import { environment } from './environment.js';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly correlationId: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Headers = Readonly<Record<string, string>>;

const send = async (path: string, init: RequestInit, headers: Headers): Promise<Answer> => {
  const response = await fetch(`${environment.gateway}${path}`, {
    ...init,
    headers: { 'x-correlation-id': randomUUID(), 'content-type': 'application/json', ...headers },
  });
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    correlationId: response.headers.get('x-correlation-id') ?? '',
    body: (await response.json()) as Record<string, unknown>,
  };
};

/** Sends the tutorial's order for a product. */
export const order = (product: string, headers: Headers = {}): Promise<Answer> =>
  send('/orders', { method: 'POST', body: JSON.stringify({ user_id: '1', product, quantity: 1 }) }, headers);

export const readUser = (id: string, headers: Headers = {}): Promise<Answer> =>
  send(`/users/${id}`, { method: 'GET' }, headers);
