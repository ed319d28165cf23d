import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { describeWith } from './servers.js';

describe.each(['postgresql', 'mariadb', 'redis', 'rabbitmq', 'mosquitto', 'nats'] as const)('%s', (name) => {
  describeWith([name], 'beside the integration tests', (servers) => {
    it('accepts connections on a free port of the loopback', async () => {
      const { host, port } = servers()[name];
      const socket = connect(port, host);
      await once(socket, 'connect');
      socket.destroy();
      expect(port).toBeGreaterThan(0);
    });
  });
});
