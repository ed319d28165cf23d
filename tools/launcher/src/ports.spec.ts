import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { ANY_FREE_PORTS, takenPorts } from './ports.js';

describe('the check of the ports', () => {
  it('reports each taken port, its purpose, and how to choose another', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    const sentences = await takenPorts({ ...ANY_FREE_PORTS, ui: port });

    expect(sentences).toEqual([
      `Port ${port}, for Lantern's web UI and Jaeger API, is taken. ` +
        `Choose another: npm start -- --ui-port ${port + 1} (0 takes any free one).`,
    ]);
    other.close();
    await once(other, 'close');
    expect(await takenPorts({ ...ANY_FREE_PORTS, ui: port })).toEqual([]);
  });

  it('accepts port 0', async () => {
    expect(await takenPorts(ANY_FREE_PORTS)).toEqual([]);
  });
});
