import { graphlib, layout, type GraphLabel } from '@dagrejs/dagre';
import type { Call } from '../../api/dependencies.js';

export interface GraphNode {
  readonly service: string;
  /** The middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface GraphEdge {
  readonly call: Call;
  /** An SVG path from the caller to the callee. */
  readonly path: string;
  readonly label: { readonly x: number; readonly y: number };
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export const NODE_HEIGHT = 36;
const LABEL_HEIGHT = 20;
const MARGIN = 24;

/** Texts are measured by the caller: only a page knows its font. */
export type MeasureText = (text: string) => number;

interface NodeLabel {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface EdgeLabel extends NodeLabel {
  labelpos: 'c';
  points: Point[];
}

/** Callers to the left of whom they call, as far as calls do not go in circles. */
export const layoutOf = (calls: readonly Call[], measure: MeasureText): GraphLayout => {
  const graph = new graphlib.Graph<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 28, ranksep: 72, edgesep: 16, marginx: MARGIN, marginy: MARGIN });
  const services = [...new Set(calls.flatMap(({ caller, callee }) => [caller, callee]))].sort();
  for (const service of services) {
    graph.setNode(service, { x: 0, y: 0, width: Math.min(260, measure(service) + 48), height: NODE_HEIGHT });
  }
  for (const { caller, callee, count } of calls) {
    const width = measure(String(count)) + 28;
    graph.setEdge(caller, callee, { x: 0, y: 0, width, height: LABEL_HEIGHT, labelpos: 'c', points: [] });
  }
  layout(graph);

  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: services.map((service) => ({ service, ...graph.node(service) })),
    edges: calls.map((call) => {
      const { points, x, y } = graph.edge(call.caller, call.callee);
      const path = curve(route(points, graph.node(call.caller), graph.node(call.callee)));
      return { call, path, label: { x, y } };
    }),
  };
};

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Calls that go on to the right leave and arrive in the middle of the sides; all others go where the layout led them. */
const route = (points: readonly Point[], from: NodeLabel, to: NodeLabel): readonly Point[] => {
  const start = { x: from.x + from.width / 2, y: from.y };
  const end = { x: to.x - to.width / 2, y: to.y };
  return end.x > start.x ? [start, ...points.slice(1, -1), end] : points;
};

/** A smooth line through all the points, level at each of them. */
const curve = ([first, ...rest]: readonly Point[]): string => {
  if (first === undefined) return '';
  const number = (value: number) => value.toFixed(1);
  let { x, y } = first;
  let path = `M${number(x)},${number(y)}`;
  for (const next of rest) {
    const middle = number((x + next.x) / 2);
    path += ` C${middle},${number(y)} ${middle},${number(next.y)} ${number(next.x)},${number(next.y)}`;
    ({ x, y } = next);
  }
  return path;
};
