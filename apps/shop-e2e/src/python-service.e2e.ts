import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { traced } from '@lantern/trace-testing/jest';

const script = fileURLToPath(new URL('rig/python-service.py', import.meta.url));
const { OTLP_URL } = process.env;

const missing =
  spawnSync('python3', ['--version']).status !== 0
    ? 'skipped, because there is no python3'
    : OTLP_URL === undefined
      ? 'skipped, because OTLP_URL does not name the receiver of the system under test'
      : undefined;

(missing === undefined ? describe : describe.skip)(
  `a service in Python${missing ? ` (${missing})` : ''}`,
  () => {
    let python: ChildProcess;
    let port = '';

    beforeAll(async () => {
      python = spawn('python3', [script], {
        env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: OTLP_URL },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(python.stdout ?? python, 'data')) as [Buffer];
      port = line.toString().trim();
    });
    afterAll(async () => {
      const closed = once(python, 'close');
      python.kill();
      await closed;
    });

    it('is asserted on with the same kit as the shop', async () => {
      const { result, trace } = await traced('read the stock', async (headers) => {
        const response = await fetch(`http://127.0.0.1:${port}/stock/laptop`, { headers });
        return response.json();
      });
      expect(result).toEqual({ stock: 3 });
      expect(trace).toHaveSpan({
        service: 'stock-service',
        name: 'GET /stock/{product}',
        kind: 'server',
        attributes: { product: 'laptop' },
      });
      expect(trace).not.toHaveErrors();
      expect(trace).toHaveAtMost({ spans: 1 });
    });
  },
);
