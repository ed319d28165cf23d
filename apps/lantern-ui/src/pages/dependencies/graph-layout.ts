import { graphlib, layout, type GraphLabel } from '@dagrejs/dagre';

export interface GraphNode {
  readonly service: string;
  /** Center of the box. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Service to place, with the width of its box. */
export interface NodeToPlace {
  readonly service: string;
  readonly width: number;
}

/** Call to route, with the width of its label. */
export interface EdgeToPlace {
  readonly caller: string;
  readonly callee: string;
  /** Width of the label; 0 without a label. */
  readonly labelWidth: number;
}

export interface GraphEdge {
  /** SVG path from the caller to the callee. */
  readonly path: string;
  readonly label: { readonly x: number; readonly y: number };
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  /** Nodes in input order. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export const NODE_HEIGHT = 36;
const LABEL_HEIGHT = 20;
const MARGIN = 24;

/** Maximum number of services for a layout with wide gaps. */
const MOST_LOOSE_NODES = 25;

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

/** Lays out the graph with callers to the left of their callees, except in cycles. */
export const layoutOf = (nodes: readonly NodeToPlace[], edges: readonly EdgeToPlace[]): GraphLayout => {
  const isDense = nodes.length > MOST_LOOSE_NODES;
  const graph = new graphlib.Graph<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true });
  graph.setGraph({
    rankdir: 'LR',
    nodesep: isDense ? 10 : 22,
    ranksep: isDense ? 52 : 64,
    edgesep: isDense ? 6 : 12,
    marginx: MARGIN,
    marginy: MARGIN,
  });
  for (const { service, width } of nodes) graph.setNode(service, { x: 0, y: 0, width, height: NODE_HEIGHT });
  for (const { caller, callee, labelWidth } of edges) {
    graph.setEdge(caller, callee, {
      x: 0,
      y: 0,
      width: labelWidth === 0 ? 0 : labelWidth + 12,
      height: labelWidth === 0 ? 0 : LABEL_HEIGHT,
      labelpos: 'c',
      points: [],
    });
  }
  layout(graph);

  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: nodes.map(({ service }) => ({ service, ...graph.node(service) })),
    edges: edges.map(({ caller, callee }) => {
      const { points, x, y } = graph.edge(caller, callee);
      return { path: curve(route(points, graph.node(caller), graph.node(callee))), label: { x, y } };
    }),
  };
};

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Returns the points of a call. Calls to the right start and end at the middle of the sides; all others follow the
 * layout.
 */
const route = (points: readonly Point[], from: NodeLabel, to: NodeLabel): readonly Point[] => {
  const start = { x: from.x + from.width / 2, y: from.y };
  const end = { x: to.x - to.width / 2, y: to.y };
  return end.x > start.x ? [start, ...points.slice(1, -1), end] : points;
};

/** Returns a smooth curve through all points, horizontal at each. */
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
