import { expect, it } from '@jest/globals';
import { endpointsOf } from './endpoints.js';

it('endpoints for senders have the host of the page and the ports that Lantern listens on', () => {
  expect(endpointsOf({ otlpPort: 24318, otlpGrpcPort: 24317, lokiPort: 23100 }, 'traces.local')).toEqual({
    otlp: 'http://traces.local:24318',
    otlpGrpc: 'http://traces.local:24317',
    loki: 'http://traces.local:23100',
  });
});
