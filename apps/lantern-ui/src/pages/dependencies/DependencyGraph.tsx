import { useMemo } from 'react';
import { Link } from 'react-router';
import type { Call } from '../../api/dependencies.js';
import { formatCount, formatCounted } from '../../shared/format/count.js';
import { serviceColor } from '../../shared/service-color.js';
import { callPath, servicePath } from './call-path.js';
import classes from './DependencyGraph.module.css';
import { layoutOf, NODE_HEIGHT, type GraphEdge, type GraphNode } from './graph-layout.js';

interface DependencyGraphProps {
  readonly calls: readonly Call[];
  /** Links lead to a search of the same time. */
  readonly lookback: string;
}

/** Services as boxes, calls as arrows with their number; each leads to the traces behind it. */
export const DependencyGraph = ({ calls, lookback }: DependencyGraphProps) => {
  const { width, height, nodes, edges } = useMemo(() => layoutOf(calls, measureText), [calls]);
  return (
    <div className={classes.graph} tabIndex={0} role="group" aria-label="Dependency graph">
      <svg
        className={classes.drawing}
        viewBox={`0 0 ${width} ${height}`}
        style={{ width, '--natural-width': `${width}px` }}
      >
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7.5"
            refY="4"
            markerWidth="9"
            markerHeight="9"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0.5,0.5 L7.5,4 L0.5,7.5 z" className={classes.arrow} />
          </marker>
        </defs>
        {edges.map(({ call, path }) => (
          // The label says the same to the keyboard.
          <Link
            key={`${call.caller} ${call.callee}`}
            to={callPath(call, lookback)}
            className={classes.edge}
            tabIndex={-1}
            aria-hidden
          >
            <title>{callTitle(call)}</title>
            <path className={classes.reach} d={path} />
            <path
              className={classes.line}
              d={path}
              markerEnd="url(#arrow)"
              style={{ strokeWidth: lineWidth(call, calls) }}
            />
          </Link>
        ))}
        {nodes.map((node) => (
          <Service key={node.service} node={node} lookback={lookback} />
        ))}
        {edges.map((edge) => (
          <CallCount key={`${edge.call.caller} ${edge.call.callee}`} edge={edge} lookback={lookback} />
        ))}
      </svg>
    </div>
  );
};

const Service = ({ node, lookback }: { readonly node: GraphNode; readonly lookback: string }) => {
  const { service, x, y, width } = node;
  return (
    <Link to={servicePath(service, lookback)} aria-label={service} className={classes.service}>
      <title>{`Traces of ${service}`}</title>
      <rect x={x - width / 2} y={y - NODE_HEIGHT / 2} width={width} height={NODE_HEIGHT} rx="8" />
      <rect
        className={classes.color}
        style={{ '--service': serviceColor(service) }}
        x={x - width / 2 + 14}
        y={y - 4.5}
        width="9"
        height="9"
        rx="2"
      />
      <text x={x - width / 2 + 31} y={y} dy="0.35em">
        {shortened(service)}
      </text>
    </Link>
  );
};

const CallCount = ({ edge, lookback }: { readonly edge: GraphEdge; readonly lookback: string }) => {
  const { call, label } = edge;
  const text = formatCount(call.count);
  const width = measureText(text) + 16;
  const name = `${call.caller} to ${call.callee}, ${formatCounted(call.count, 'call')}`;
  return (
    <Link to={callPath(call, lookback)} aria-label={name} className={classes.call}>
      <title>{callTitle(call)}</title>
      <rect x={label.x - width / 2} y={label.y - 10} width={width} height="20" rx="10" />
      <text x={label.x} y={label.y} dy="0.35em" textAnchor="middle">
        {text}
      </text>
    </Link>
  );
};

const callTitle = ({ caller, callee, count }: Call): string =>
  `${caller} → ${callee}\n${formatCounted(count, 'call')}`;

/** Thicker for more calls, by orders of magnitude. */
const lineWidth = ({ count }: Call, calls: readonly Call[]): number => {
  const most = Math.max(...calls.map((call) => call.count), 2);
  return 1.25 + 1.75 * (Math.log(Math.max(count, 1)) / Math.log(most));
};

const LONGEST_NAME = 30;
const shortened = (name: string): string =>
  name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;

let canvas: CanvasRenderingContext2D | null | undefined;

const measureText = (text: string): number => {
  canvas ??= document.createElement('canvas').getContext('2d');
  if (canvas === null) return text.length * 7.5;
  canvas.font = `500 13px ${getComputedStyle(document.body).fontFamily}`;
  return canvas.measureText(shortened(text)).width;
};
