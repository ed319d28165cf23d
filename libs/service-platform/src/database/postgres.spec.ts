import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openPostgres } from './postgres.js';

afterEach(() => {
  Logger.overrideLogger(['fatal']);
});

describe('a pool of PostgreSQL connections', () => {
  it('A pool of PostgreSQL connections reports a broken idle connection outside of the request that opened it', async () => {
    const requests = new AsyncLocalStorage<string>();
    const reports: unknown[] = [];
    const note = (message: unknown) => void reports.push([message, requests.getStore()]);
    Logger.overrideLogger({ log: note, warn: note, error: note });
    const pool = openPostgres('postgres://127.0.0.1:1/shop', 'order-service');
    // Emitted by the socket of a connection, in the context in which it was opened.
    requests.run('request', () => pool.emit('error', new Error('terminated')));
    await pool.end();
    expect(reports).toEqual([['An idle connection broke: terminated', undefined]]);
  });
});
