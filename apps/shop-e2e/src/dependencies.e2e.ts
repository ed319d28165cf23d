import { describe, expect, it } from '@jest/globals';
import { traced } from '@lantern/trace-testing/jest';
import { environment } from './rig/environment.js';
import { order, readUser } from './rig/shop.js';

describe('the dependency graph', () => {
  it('has the three edges of the shop, each with its number of calls', async () => {
    // The services send the spans of this order after all that they had before.
    await traced('order a laptop', (headers) => order('laptop', headers));
    const before = await dependencies();

    for (let count = 0; count < 2; count++)
      await traced('order a laptop', (headers) => order('laptop', headers));
    for (let count = 0; count < 3; count++) await traced('read a user', (headers) => readUser('1', headers));

    const more = (edge: string, calls: number) => [edge, (before.get(edge) ?? 0) + calls] as const;
    expect(await dependencies()).toEqual(
      new Map([
        more('api-gateway -> order-service', 2),
        more('api-gateway -> user-service', 3),
        more('order-service -> user-service', 2),
      ]),
    );
  });

  it('contains exactly the three services: none for health checks or telemetry', async () => {
    // The suites share one Lantern: the test of a service in Python reports its own spans to it.
    const ofTheShop = (await services()).filter((service) => service !== 'stock-service');
    expect(ofTheShop.sort()).toEqual(['api-gateway', 'order-service', 'user-service']);
  });
});

const get = async <T>(path: string): Promise<T> =>
  (await (await fetch(environment.jaeger + path)).json()) as T;

/** Returns the number of calls by edge, `parent -> child`. */
const dependencies = async (): Promise<ReadonlyMap<string, number>> => {
  const { data } = await get<{
    data: readonly { parent: string; child: string; callCount: number }[];
  }>(`/api/dependencies?endTs=${Date.now() + 60_000}&lookback=3600000`);
  // Jaeger's memory storage also counts spans of one service below each other.
  const calls = data.filter(({ parent, child }) => parent !== child);
  return new Map(calls.map(({ parent, child, callCount }) => [`${parent} -> ${child}`, callCount]));
};

const services = async (): Promise<readonly string[]> =>
  (await get<{ services: readonly string[] }>('/api/v3/services')).services;
