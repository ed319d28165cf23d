import net, { type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { closedPort } from '../../test/http-server.js';
import { sendBlocking } from './blocking-sender.js';

const parcel = (port: number) => ({
  url: `http://127.0.0.1:${port}/v1/traces`,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{}'),
});

it('The last requests of a process block its exit for two seconds in total, and report the items that were not delivered', async () => {
  const closed = await closedPort();
  const hanging = net.createServer().listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  const { port } = hanging.address() as AddressInfo;
  const before = performance.now();
  expect(sendBlocking([], 1500)).toEqual([]);
  expect(sendBlocking([parcel(closed), { ...parcel(closed), url: 'no URL' }], 1500)).toEqual([false, false]);
  for (let call = 0; call < 3; call++) expect(sendBlocking([parcel(port)], 1500)).toEqual([false]);
  expect(performance.now() - before).toBeGreaterThan(1500);
  // Not 1.5 s for each.
  expect(performance.now() - before).toBeLessThan(4500);
  hanging.close();
});
