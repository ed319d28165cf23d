import { ActionIcon, Skeleton } from '@mantine/core';
import { IconMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { formatCount, formatCounted } from '../../shared/format/count.js';
import { ALARMING_ERROR_SHARE, formatMillis, formatPercent } from '../../shared/format/rate.js';
import { serviceColor } from '../../shared/service-color.js';
import type { TimeRange } from '../../time-range/time-range.js';
import { callKey, servicesOf, type MarkedCall } from './call-graph.js';
import { callPath } from './call-path.js';
import classes from './DependencyGraph.module.css';
import { NODE_HEIGHT, type GraphEdge, type GraphLayout, type GraphNode } from './graph-layout.js';
import { layoutQuery } from './layout-query.js';
import { measureText } from './measure-text.js';
import { useGraphView } from './use-graph-view.js';
import { visibleText } from '../../shared/visible-text.js';

interface DependencyGraphProps {
  readonly calls: readonly MarkedCall[];
  readonly range: TimeRange;
  readonly focus: string;
  /** Returns the path of the page with the focus on a service. */
  readonly focusPath: (service: string) => string;
}

/**
 * Maximum number of calls for which every call has a label. With more, only failing, new and cyclic calls have one.
 */
const MOST_FULL_LABELS = 40;

/** Graph of services (boxes) and calls between them (arrows with figures). */
export const DependencyGraph = (props: DependencyGraphProps) => {
  const { calls } = props;
  const task = useMemo(() => {
    const isFull = calls.length <= MOST_FULL_LABELS;
    return {
      nodes: servicesOf(calls).map((service) => ({
        service,
        width: Math.min(260, measureText(visibleText(service)) + 48),
      })),
      edges: calls.map((call) => ({
        caller: call.caller,
        callee: call.callee,
        labelWidth: widthOf(labelOf(call, isFull)),
      })),
    };
  }, [calls]);
  const layout = useQuery({ ...layoutQuery(task), placeholderData: keepPreviousData });
  if (layout.error !== null) {
    return (
      <p className={classes.failed} role="alert">
        The graph could not be drawn: {layout.error.message} The table below has the same data.
      </p>
    );
  }
  // A placeholder layout has other services.
  return layout.data === undefined || layout.isPlaceholderData ? (
    <Skeleton className={classes.frame} radius="md" />
  ) : (
    <Drawing {...props} layout={layout.data} />
  );
};

const Drawing = ({
  calls,
  range,
  focus,
  focusPath,
  layout,
}: DependencyGraphProps & { readonly layout: GraphLayout }) => {
  // Focused service, or the busiest caller: calls are sorted by count.
  const first = layout.nodes.find(({ service }) => service === (focus === '' ? calls[0]?.caller : focus));
  const { ref, drawn, frame, view, zoomIn, zoomOut, showAll, handlers } = useGraphView(
    layout,
    first ?? { x: 0, y: 0 },
  );
  const most = calls.reduce((max, { count }) => Math.max(max, count), 2);
  const isFull = calls.length <= MOST_FULL_LABELS;
  const edges = calls.map((call, index) => ({ call, key: callKey(call), edge: layout.edges[index] }));
  return (
    <div
      ref={ref}
      className={classes.frame}
      style={{ '--natural-height': `${layout.height + 16}px` }}
      tabIndex={0}
      role="group"
      aria-label="Dependency graph"
      {...handlers}
    >
      <svg ref={drawn} className={classes.drawing} width={frame.width} height={frame.height}>
        <defs>
          {MARKS.map((mark) => (
            <marker
              key={mark}
              id={`arrow-${mark}`}
              viewBox="0 0 8 8"
              refX="7.5"
              refY="4"
              markerWidth="9"
              markerHeight="9"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0.5,0.5 L7.5,4 L0.5,7.5 z" className={classes.arrow} data-mark={mark} />
            </marker>
          ))}
        </defs>
        <g transform={`scale(${view.scale}) translate(${-view.x} ${-view.y})`}>
          {edges.map(
            ({ call, key, edge }) =>
              edge !== undefined && (
                // Keyboard and screen readers use the label.
                <Link key={key} to={callPath(call, range)} className={classes.edge} tabIndex={-1} aria-hidden>
                  <title>{callTitle(call)}</title>
                  <path className={classes.reach} d={edge.path} />
                  <path
                    className={classes.line}
                    d={edge.path}
                    data-mark={markOf(call)}
                    markerEnd={`url(#arrow-${markOf(call)})`}
                    style={{
                      strokeWidth: 1.25 + 1.75 * (Math.log(Math.max(call.count, 1)) / Math.log(most)),
                    }}
                  />
                </Link>
              ),
          )}
          {layout.nodes.map((node) => (
            <Service
              key={node.service}
              node={node}
              isFocus={node.service === focus}
              path={focusPath(node.service)}
            />
          ))}
          {edges.map(
            ({ call, key, edge }) =>
              edge !== undefined && (
                <CallLabel
                  key={key}
                  call={call}
                  edge={edge}
                  text={labelOf(call, isFull)}
                  path={callPath(call, range)}
                />
              ),
          )}
        </g>
      </svg>
      <div className={classes.controls}>
        <ActionIcon variant="default" size={26} aria-label="Zoom in" onClick={zoomIn}>
          <IconPlus size={14} />
        </ActionIcon>
        <ActionIcon variant="default" size={26} aria-label="Zoom out" onClick={zoomOut}>
          <IconMinus size={14} />
        </ActionIcon>
        <ActionIcon variant="default" size={26} aria-label="Show all" onClick={showAll}>
          <IconMaximize size={14} />
        </ActionIcon>
      </div>
    </div>
  );
};

interface ServiceProps {
  readonly node: GraphNode;
  readonly isFocus: boolean;
  readonly path: string;
}

const Service = ({ node: { service, x, y, width }, isFocus, path }: ServiceProps) => (
  <Link to={path} aria-label={visibleText(service)} className={classes.service} data-focus={isFocus} replace>
    <title>{`Focus on ${visibleText(service)}`}</title>
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
    {/* HTML, because SVG text cannot end in an ellipsis where its box ends. */}
    <foreignObject x={x - width / 2 + 31} y={y - NODE_HEIGHT / 2} width={width - 40} height={NODE_HEIGHT}>
      <bdi className={classes.name}>{visibleText(service)}</bdi>
    </foreignObject>
  </Link>
);

interface CallLabelProps {
  readonly call: MarkedCall;
  readonly edge: GraphEdge;
  readonly text: string;
  readonly path: string;
}

const CallLabel = ({ call, edge: { label }, text, path }: CallLabelProps) => {
  const width = widthOf(text);
  if (width === 0) return null;
  return (
    <Link
      to={path}
      aria-label={`${text}: ${callTitle(call).replaceAll('\n', ', ')}`}
      className={classes.call}
      data-mark={markOf(call)}
    >
      <title>{callTitle(call)}</title>
      <rect x={label.x - width / 2} y={label.y - 10} width={width} height="20" rx="10" />
      <text x={label.x} y={label.y} dy="0.35em" textAnchor="middle">
        {text}
      </text>
    </Link>
  );
};

const MARKS = ['plain', 'failing', 'new', 'cycle'] as const;

/** Returns the most important mark, which determines the color. */
const markOf = (call: MarkedCall): (typeof MARKS)[number] => {
  if (call.errorCount / call.count > ALARMING_ERROR_SHARE) return 'failing';
  if (call.isNew) return 'new';
  return call.isInCycle ? 'cycle' : 'plain';
};

/** Returns the label of a call, such as `1,234 · 182 ms · 2.3 %`: count, p95 and failed share. */
const labelOf = (call: MarkedCall, isFull: boolean): string =>
  !isFull && markOf(call) === 'plain'
    ? ''
    : [
        `${call.isNew ? 'new ' : ''}${call.isInCycle ? '↻ ' : ''}${formatCount(call.count)}`,
        call.latency === undefined ? '' : formatMillis(call.latency.p95),
        call.errorCount > 0 ? formatPercent(call.errorCount / call.count) : '',
      ]
        .filter((part) => part !== '')
        .join(' · ');

const widthOf = (label: string): number => (label === '' ? 0 : measureText(label) + 18);

const callTitle = (call: MarkedCall): string =>
  [
    visibleText(`${call.caller} to ${call.callee}`),
    formatCounted(call.count, 'call'),
    `${formatPercent(call.errorCount / call.count)} failed`,
    call.latency === undefined
      ? ''
      : `p50 ${formatMillis(call.latency.p50)}, p95 ${formatMillis(call.latency.p95)}, p99 ${formatMillis(call.latency.p99)}`,
    call.isNew ? 'not seen in the previous period' : '',
    call.isInCycle ? 'part of a call cycle' : '',
  ]
    .filter((part) => part !== '')
    .join('\n');
