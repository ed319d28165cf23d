import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@lantern/launcher';
import { environment } from './rig/environment.js';
import { order, readUser } from './rig/shop.js';

describe('the dependency graph', () => {
  it('has the three edges of the shop, each with its number of calls', async () => {
    const before = await settledDependencies();
    await order('laptop');
    await order('laptop');
    await readUser('1');
    await readUser('1');
    await readUser('1');

    const expected = new Map(
      [
        ['api-gateway -> order-service', 2],
        ['api-gateway -> user-service', 3],
        ['order-service -> user-service', 2],
      ].map(([edge, calls]) => [String(edge), (before.get(String(edge)) ?? 0) + Number(calls)]),
    );
    const sum = (edges: ReadonlyMap<string, number>) => [...edges.values()].reduce((a, b) => a + b, 0);
    const after = await waitFor('the calls to be counted', async () => {
      const edges = await dependencies();
      return sum(edges) >= sum(expected) ? edges : undefined;
    });
    expect(new Map([...after].sort())).toEqual(expected);
  });

  it('contains exactly the three services: none for health checks or telemetry', async () => {
    // The suites share one Lantern: the test of a service in Python reports its own spans to it.
    const ofTheShop = (await services()).filter((service) => service !== 'stock-service');
    expect(ofTheShop.sort()).toEqual(['api-gateway', 'order-service', 'user-service']);
  });
});

/** Longer than a service keeps spans before it sends them. */
const SETTLED_MILLIS = 2_000;

/**
 * Returns the graph once the calls of earlier tests are counted. A call counts when the spans of both sides have
 * arrived, and its services send theirs at different times: the graph has settled when it stays equal for a while.
 */
const settledDependencies = async (): Promise<ReadonlyMap<string, number>> => {
  const edge = 'api-gateway -> user-service';
  const before = (await dependencies()).get(edge) ?? 0;
  await readUser('1');
  let last = '';
  let equalSince = 0;
  return waitFor('the calls of earlier tests to be counted', async () => {
    const edges = await dependencies();
    const counts = JSON.stringify([...edges].sort());
    if (counts !== last) [last, equalSince] = [counts, Date.now()];
    const isSettled = Date.now() - equalSince >= SETTLED_MILLIS;
    return isSettled && (edges.get(edge) ?? 0) > before ? edges : undefined;
  });
};

const get = async <T>(path: string): Promise<T> =>
  (await (await fetch(environment.jaeger + path)).json()) as T;

/** Returns the number of calls by edge, `parent -> child`. */
const dependencies = async (): Promise<ReadonlyMap<string, number>> => {
  const { data } = await get<{
    data: readonly { parent: string; child: string; callCount: number }[];
  }>(`/api/dependencies?endTs=${Date.now() + 60_000}&lookback=3600000`);
  return new Map(data.map(({ parent, child, callCount }) => [`${parent} -> ${child}`, callCount]));
};

const services = async (): Promise<readonly string[]> =>
  (await get<{ services: readonly string[] }>('/api/v3/services')).services;
