import type { CallNode } from '@lantern/telemetry-model';
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { callsQuery } from '../../../api/trace/trace-queries.js';
import { formatCount, formatCounted } from '../../../shared/format/count.js';
import { formatNanos } from '../../../shared/format/duration.js';
import { serviceColor } from '../../../shared/service-color.js';
import type { ViewProps } from '../view-props.js';
import { ViewWaiting } from '../ViewWaiting.js';
import { useBoxSize } from '../waterfall/use-box-size.js';
import classes from './CallGraph.module.css';
import { BOX_HEIGHT, BOX_WIDTH, graphLayout } from './graph-layout.js';
import { visibleText } from '../../../shared/visible-text.js';

const CallGraph = ({ traceId, trace, onOpen }: ViewProps) => {
  const calls = useQuery(callsQuery(traceId, trace.version));
  if (calls.data === undefined) return <ViewWaiting what="The trace graph" query={calls} />;
  return <Graph calls={calls.data.nodes} onOpen={onOpen} />;
};

export default CallGraph;

const TINTS = [
  { value: 'self', label: 'Tint by self time' },
  { value: 'total', label: 'Tint by total time' },
  { value: 'critical', label: 'Tint by critical path' },
  { value: 'none', label: 'No tint' },
] as const;

type Tint = (typeof TINTS)[number]['value'];

const tintedNano = (call: CallNode, tint: Tint): number =>
  ({ self: call.selfNano, total: call.totalNano, critical: call.criticalNano, none: 0 })[tint];

/** Distance in pixels beyond the viewport within which boxes are rendered. */
const AROUND = 300;
const PADDING = 20;

interface GraphProps {
  readonly calls: readonly CallNode[];
  readonly onOpen: (row: number) => void;
}

/** Call graph of a trace. A box groups spans with the same path, service and operation. */
const Graph = ({ calls, onOpen }: GraphProps) => {
  const layout = useMemo(() => graphLayout(calls), [calls]);
  const scroller = useRef<HTMLDivElement>(null);
  const { width, height } = useBoxSize(scroller);
  const [scrolled, setScrolled] = useState({ x: 0, y: 0 });
  const [tint, setTint] = useState<Tint>('self');
  const most = useMemo(
    () => calls.reduce((max, call) => Math.max(max, tintedNano(call, tint)), 1),
    [calls, tint],
  );

  const isNear = (index: number): boolean => {
    const place = layout.places[index];
    if (place === undefined) return false;
    const [x, y] = [place.x - scrolled.x, place.y - scrolled.y];
    return x > -BOX_WIDTH - AROUND && x < width + AROUND && y > -BOX_HEIGHT - AROUND && y < height + AROUND;
  };
  const near = calls.filter(({ index, parent }) => isNear(index) || isNear(parent));
  return (
    <div className={classes.view}>
      <div className={classes.bar}>
        <span className={classes.note}>
          {formatCounted(calls.length, 'call path')} · one box for all spans with the same path, service and
          operation
        </span>
        <Select
          aria-label="Tint of the boxes"
          className={classes.tint ?? ''}
          data={TINTS}
          value={tint}
          allowDeselect={false}
          onChange={(value) => setTint(TINTS.find((choice) => choice.value === value)?.value ?? 'self')}
        />
      </div>
      <div
        ref={scroller}
        className={classes.scroller}
        onScroll={({ currentTarget }) => {
          const next = { x: coarse(currentTarget.scrollLeft), y: coarse(currentTarget.scrollTop) };
          setScrolled((before) => (before.x === next.x && before.y === next.y ? before : next));
        }}
      >
        <div
          className={classes.content}
          style={{ width: layout.width + 2 * PADDING, height: layout.height + 2 * PADDING }}
        >
          <svg
            className={classes.lines}
            width={layout.width + 2 * PADDING}
            height={layout.height + 2 * PADDING}
            aria-hidden
          >
            {near.map(({ index, parent }) => {
              const from = layout.places[parent];
              const to = layout.places[index];
              return from === undefined || to === undefined ? undefined : (
                <path key={index} d={lineBetween(from.x + BOX_WIDTH, from.y, to.x, to.y)} />
              );
            })}
          </svg>
          <ul className={classes.boxes} aria-label="Calls">
            {near.map((call) => {
              const { x = 0, y = 0 } = layout.places[call.index] ?? {};
              return (
                <li
                  key={call.index}
                  className={classes.item}
                  style={{ left: PADDING + x, top: PADDING + y - BOX_HEIGHT / 2 }}
                >
                  <button
                    type="button"
                    className={classes.box}
                    title={visibleText(`${call.service} ${call.operation}: show longest span`)}
                    style={{
                      '--service': serviceColor(call.service),
                      '--tint': `${Math.round((tintedNano(call, tint) / most) * 60)}%`,
                    }}
                    data-error={call.errorCount > 0}
                    onClick={() => onOpen(call.longest)}
                  >
                    <span className={classes.names}>
                      <bdi className={classes.service}>{visibleText(call.service)}</bdi>
                      {call.count > 1 && <span className={classes.count}>×{formatCount(call.count)}</span>}
                      {call.errorCount > 0 && (
                        <span className={classes.errors}>{formatCounted(call.errorCount, 'error')}</span>
                      )}
                    </span>
                    <bdi className={classes.operation}>{visibleText(call.operation)}</bdi>
                    <span className={classes.times}>
                      {call.count > 1 && 'avg '}
                      {formatNanos(call.totalNano / call.count)} · self {formatNanos(call.selfNano)}
                    </span>
                  </button>
                </li>
              );
            })}
          </ul>
        </div>
      </div>
    </div>
  );
};

/** Rounds the scroll position, so that the graph rerenders in steps only. */
const coarse = (pixels: number): number => Math.round(pixels / 100) * 100;

const lineBetween = (x1: number, y1: number, x2: number, y2: number): string => {
  const [a, b, c, d] = [x1 + PADDING, y1 + PADDING, x2 + PADDING, y2 + PADDING];
  const middle = (a + c) / 2;
  return `M${a} ${b}C${middle} ${b} ${middle} ${d} ${c} ${d}`;
};
