import { randomBytes, randomUUID } from 'node:crypto';
import { environment } from './environment.js';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly correlationId: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const send = async (
  path: string,
  init: RequestInit,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> => {
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
export const order = (product: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  send('/orders', { method: 'POST', body: JSON.stringify({ user_id: '1', product, quantity: 1 }) }, headers);

export const readUser = (id: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  send(`/users/${id}`, { method: 'GET' }, headers);

export const newTraceId = (): string => randomBytes(16).toString('hex');

export const newSpanId = (): string => randomBytes(8).toString('hex');
