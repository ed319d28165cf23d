import { describe, expect, it } from '@jest/globals';
import { layoutOf } from './graph-layout.js';

const call = (caller: string, callee: string) => ({ caller, callee, labelWidth: 40 });
const layout = (...calls: ReturnType<typeof call>[]) => {
  const services = new Set(calls.flatMap(({ caller, callee }) => [caller, callee]));
  const nodes = [...services].map((service) => ({ service, width: service.length * 7 + 48 }));
  return layoutOf(nodes, calls);
};

const xOf = (graph: ReturnType<typeof layout>, service: string): number =>
  graph.nodes.find((node) => node.service === service)?.x ?? NaN;

describe('layoutOf', () => {
  it('layoutOf places callers to the left of their callees', () => {
    const graph = layout(
      call('api-gateway', 'order-service'),
      call('api-gateway', 'user-service'),
      call('order-service', 'user-service'),
    );
    expect(xOf(graph, 'api-gateway')).toBeLessThan(xOf(graph, 'order-service'));
    expect(xOf(graph, 'order-service')).toBeLessThan(xOf(graph, 'user-service'));
    expect(graph.edges).toHaveLength(3);
  });

  it('layoutOf lays out a service that calls itself, and services that call each other', () => {
    const graph = layout(call('a', 'a'), call('a', 'b'), call('b', 'a'));
    expect(graph.nodes).toHaveLength(2);
    for (const { path } of graph.edges) expect(path).toMatch(/^M[-\d.]+,[-\d.]+( C[-\d., ]+)+$/);
  });

  it('layoutOf keeps everything within its size', () => {
    const calls = Array.from({ length: 60 }, (_, i) => call(`service-${i % 20}`, `service-${(i * 7) % 23}`));
    const unique = [...new Map(calls.map((each) => [`${each.caller} ${each.callee}`, each])).values()];
    const graph = layout(...unique);
    for (const { x, y, width } of graph.nodes) {
      expect(x - width / 2).toBeGreaterThanOrEqual(0);
      expect(x + width / 2).toBeLessThanOrEqual(graph.width);
      expect(y).toBeLessThanOrEqual(graph.height);
    }
  });

  it('layoutOf is empty without calls', () => {
    expect(layout()).toMatchObject({ nodes: [], edges: [] });
  });
});
