import { expect, it } from '@jest/globals';
import { request, useLantern } from '../../testing/running-lantern.js';

const lantern = useLantern();

it.each(['otlp', 'jaeger', 'loki', 'sampling'] as const)(
  'refuses a path that cannot be read as Go does, on the port of %s',
  async (port) => {
    const { status, text } = await request(`${lantern.urls[port]}/%zz`);
    expect([status, text]).toEqual([400, '400 Bad Request: the path cannot be read\n']);
  },
);
