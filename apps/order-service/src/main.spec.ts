import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Order } from '@lantern/service-contracts';
import { ServiceProcess } from '@lantern/service-platform/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

const MAIN = new URL('./main.ts', import.meta.url);

const listen = (server: Server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

describe('the process of order-service', () => {
  let folder: string;
  let asked: () => void = () => undefined;
  const users = createServer((_request, response) => {
    response.end('{}');
    asked();
  });
  const running: ServiceProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lantern-order-service-'));
    await listen(users);
  });
  afterEach(async () => {
    for (const process of running.splice(0)) {
      process.kill('SIGKILL');
      await process.exit;
    }
  });
  afterAll(async () => {
    users.closeAllConnections();
    await new Promise((closed) => users.close(closed));
    await rm(folder, { recursive: true });
  });

  const start = (env: Record<string, string> = {}) => {
    const started = ServiceProcess.spawn(MAIN, {
      OTEL_SERVICE_NAME: 'order-service',
      PORT: '0',
      DATA_DIR: folder,
      USER_SERVICE_URL: urlOf(users),
      // Connections to port 1 are refused: every telemetry backend is down.
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      LOKI_URL: 'http://127.0.0.1:1',
      ...env,
    });
    running.push(started);
    return started;
  };

  /** Resolves while the order is being charged, which takes some seconds, with the promise of its response. */
  const placeSlowOrder = async (url: string) => {
    const charging = new Promise<void>((resolve) => (asked = resolve));
    const response = fetch(`${url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: '1', product: 'slow_product', quantity: 1 }),
    });
    await charging;
    return { response };
  };

  it('order-service prints its URL in exactly one line, finishes requests in flight on SIGTERM, and exits with 0', async () => {
    const service = start();
    const url = await service.ready();
    const { response } = await placeSlowOrder(url);
    service.kill('SIGTERM');

    const answer = await response;
    expect(answer.status).toBe(201);
    expect(((await answer.json()) as Order).product).toBe('slow_product');
    // The service asks a client with an open connection to close it.
    expect(answer.headers.get('connection')).toBe('close');

    const { code, stdout } = await service.exit;
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((line) => line.includes(url))).toHaveLength(1);
  });

  it('order-service aborts requests that exceed the drain timeout, and exits with 0', async () => {
    const service = start({ DRAIN_TIMEOUT_MS: '100' });
    const { response } = await placeSlowOrder(await service.ready());
    const cutOff = expect(response).rejects.toThrow('fetch failed');
    service.kill('SIGINT');

    await cutOff;
    expect((await service.exit).code).toBe(0);
  });

  it('order-service exits immediately on a second signal', async () => {
    const service = start();
    const { response } = await placeSlowOrder(await service.ready());
    const cutOff = expect(response).rejects.toThrow('fetch failed');
    service.kill('SIGTERM');
    // A second signal directly after the first counts as the same Ctrl-C, so the test keeps sending it.
    const insisting = setInterval(() => service.kill('SIGTERM'), 200);

    await cutOff;
    const { code } = await service.exit;
    clearInterval(insisting);
    expect(code).toBe(128 + 15);
  });

  it('order-service rejects invalid configuration and a port in use, with an error message without passwords', async () => {
    const { port } = users.address() as AddressInfo;
    const wrongValues = start({ PORT: '80800', DATABASE_URL: 'mysql://root:s3cret@db/shop' });
    const takenPort = start({ PORT: String(port) });

    expect(await wrongValues.exit).toMatchObject({
      code: 1,
      stderr:
        'order-service cannot start: PORT is "80800", but must be an integer from 0 to 65535 (0: any free port).\n' +
        'DATABASE_URL is "mysql://***@db/shop", but must be a URL such as' +
        ' postgres://user:password@host:5432/database, or not set for SQLite.\n',
    });
    expect(await takenPort.exit).toMatchObject({
      code: 1,
      stderr: `order-service cannot start: port ${port} is taken. Set PORT to another one, or to 0 for any free port.\n`,
    });
  });
});
