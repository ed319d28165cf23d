import http from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import { startServer } from '../../test/http-server.js';
import { startTestTelemetry } from '../testing/index.js';
import { installHttpHooks } from './http-hooks.js';

const slot = Symbol.for('@lantern/observability http hooks');
const shared = http.Server.prototype as { [slot]?: { remove: () => void } | undefined };
const telemetry = startTestTelemetry();

afterEach(() => {
  installHttpHooks();
});

const callMyself = async (): Promise<void> => {
  const server = await startServer((_request, response) => response.end());
  await (await fetch(server.url)).text();
  await server.close();
};

it('When the process loads a second copy of the library, only the last copy creates spans', async () => {
  let gaveWay = 0;
  shared[slot]?.remove();
  shared[slot] = { remove: () => gaveWay++ };
  installHttpHooks();
  expect(gaveWay).toBe(1);
  telemetry.reset();
  await callMyself();
  await telemetry.waitForSpans(2);
  expect(telemetry.tree()).toBe('GET [client]\n  GET [server]');
});

it('Removed hooks pass every call on, even below a wrapper that was added later', async () => {
  let seen = 0;
  const { prototype } = http.Server;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
  const { emit } = prototype;
  prototype.emit = function (this: http.Server, ...args: Parameters<typeof emit>) {
    seen++;
    return emit.apply(this, args);
  } as typeof emit;
  shared[slot]?.remove();
  shared[slot] = undefined;
  telemetry.reset();
  await callMyself();
  expect(telemetry.spans()).toEqual([]);
  expect(seen).toBeGreaterThan(0);
  prototype.emit = emit;
});
