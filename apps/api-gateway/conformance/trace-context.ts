// Runs the W3C's own tests of trace context against this service, as it is built and as it runs in production:
//
//   git clone https://github.com/w3c/trace-context && pip install aiohttp
//   TRACE_CONTEXT=<the clone> npx nx trace-context @lantern/api-gateway
//
// PYTHON selects another interpreter, STRICT_LEVEL and SPEC_LEVEL a level other than 2, the highest.
//
// The tests expect the service under test to call them back, which no route of a gateway does. This script therefore posts
// each of their requests to /orders, once for each expected callback. Its stub of order-service makes the callback with the
// request that it received from the gateway. Both forward the headers byte for byte.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { postRaw, serveRaw } from './raw-request.js';

/** Callback that the tests expect: URL and body. */
interface Call {
  readonly url: string;
  readonly arguments: unknown;
}

const checkout = process.env.TRACE_CONTEXT;
if (checkout === undefined) {
  throw new Error('TRACE_CONTEXT must name a clone of https://github.com/w3c/trace-context');
}

const orderService = await serveRaw(({ headers, body }) => {
  const call = JSON.parse(body) as Call;
  return postRaw(call.url, { headers, body: JSON.stringify(call.arguments) });
});

const gateway = spawn(process.execPath, ['--import', '@lantern/observability/register', 'dist/main.js'], {
  // Compiled, this file is in conformance/dist.
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  env: {
    PATH: process.env.PATH,
    OTEL_SERVICE_NAME: 'api-gateway',
    OTEL_TRACES_EXPORTER: 'none',
    PORT: '0',
    ORDER_SERVICE_URL: orderService.url,
  },
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
});
const ended = once(gateway, 'exit');
const ready = await Promise.race([once(gateway, 'message'), ended.then(() => undefined)]);
if (ready === undefined) throw new Error('api-gateway ended before it was ready');
const [{ urls }] = ready as [{ urls: { http: string } }];

const front = await serveRaw(async ({ headers, body }) => {
  for (const call of JSON.parse(body) as Call[]) {
    const status = await postRaw(`${urls.http}/orders`, { headers, body: JSON.stringify(call) });
    if (status !== 200) return status;
  }
  return 200;
});

const tests = spawn(
  process.env.PYTHON ?? 'python3',
  [join(checkout, 'test/test.py'), `${front.url}/test`, ...process.argv.slice(2)],
  { stdio: 'inherit', env: { STRICT_LEVEL: '2', SPEC_LEVEL: '2', ...process.env } },
);
const [code] = (await once(tests, 'close')) as [number | null];
gateway.kill('SIGTERM');
await Promise.all([front.close(), orderService.close(), ended]);
process.exitCode = code ?? 1;
