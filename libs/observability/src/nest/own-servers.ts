import type { EventEmitter } from 'node:events';
import type { HttpAdapterHost } from '@nestjs/core';

/**
 * Returns whether a server belongs to the application: it is the one that Nest has created, or shares a listener for requests
 * with it, as each server does that is created with the same Express instance, and those that Fastify adds for further addresses.
 */
export const serversOf = ({ httpAdapter }: HttpAdapterHost): ((server: unknown) => boolean) => {
  const known = new WeakMap<object, boolean>();
  return (server) => {
    const main = httpAdapter.getHttpServer() as EventEmitter;
    if (server === main) return true;
    if (typeof server !== 'object' || server === null) return false;
    let isOwn = known.get(server);
    if (isOwn === undefined) {
      const listeners = new Set(main.listeners('request'));
      isOwn = (server as EventEmitter).listeners('request').some((listener) => listeners.has(listener));
      known.set(server, isOwn);
    }
    return isOwn;
  };
};
