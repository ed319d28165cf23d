import { at, operationOf, serviceOf, type SpanTable } from '@lantern/telemetry-model';
import { useEffect, useEffectEvent, useState, type RefObject } from 'react';
import { formatNanos, formatOffset } from '../../../shared/format/duration.js';
import { ServiceName } from '../../../shared/ServiceName.js';
import type { TraceEntries, TraceEntry } from '../trace-entries.js';
import { hitOnEntry, hitOnSpan } from './lane-hit.js';
import type { LaneScale } from './lane-scale.js';
import classes from './LaneTip.module.css';
import { ROW_HEIGHT } from './WaterfallRow.js';
import { visibleText } from '../../../shared/visible-text.js';

interface LaneTipProps {
  /** Element that contains the rows; the tooltip is positioned over it. */
  readonly box: RefObject<HTMLElement | null>;
  readonly table: SpanTable;
  readonly marks: TraceEntries;
  readonly entries: TraceEntries;
  readonly scale: LaneScale;
  readonly nameWidth: number;
}

interface Tip {
  /** Position in pixels, relative to the element. */
  readonly x: number;
  readonly rowTop: number;
  readonly row: number;
  /** Entry under the pointer. Undefined for the span itself. */
  readonly entry: TraceEntry | undefined;
}

/** Maximum height of the tooltip below its row. */
const TIP_HEIGHT = 96;

/**
 * Tooltip for the span, event or log line under the pointer. The lanes are one canvas; screen readers get the same
 * data from the rows.
 */
export const LaneTip = ({ box, table, marks, entries, scale, nameWidth }: LaneTipProps) => {
  const [tip, setTip] = useState<Tip>();

  const tipAt = (event: PointerEvent, element: HTMLElement): Tip | undefined => {
    const target = (event.target as HTMLElement).closest<HTMLElement>('[role=treeitem]');
    if (target === null || event.pointerType !== 'mouse' || event.buttons !== 0) return undefined;
    const { left, top } = element.getBoundingClientRect();
    const place = { x: event.clientX - left, rowTop: target.getBoundingClientRect().top - top };
    const x = place.x - nameWidth;
    const { row, entry } = target.dataset;
    const said = entry === undefined ? undefined : entries.list[Number(entry)];
    if (said !== undefined) {
      return hitOnEntry(scale, said, x) ? { ...place, row: said.row, entry: said } : undefined;
    }
    const hit = x < 0 ? undefined : hitOnSpan({ table, marks, scale }, Number(row), x);
    return hit && { ...place, row: Number(row), entry: hit === 'bar' ? undefined : hit };
  };
  const point = useEffectEvent((event: PointerEvent, element: HTMLElement) => setTip(tipAt(event, element)));

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const over = (event: PointerEvent) => point(event, element);
    const away = () => setTip(undefined);
    element.addEventListener('pointermove', over);
    element.addEventListener('pointerdown', away);
    element.addEventListener('pointerleave', away);
    element.addEventListener('scroll', away);
    return () => {
      element.removeEventListener('pointermove', over);
      element.removeEventListener('pointerdown', away);
      element.removeEventListener('pointerleave', away);
      element.removeEventListener('scroll', away);
    };
  }, [box]);

  // Row numbers may be outdated after the trace has grown.
  if (tip === undefined || tip.row >= table.length) return null;
  const { clientWidth = 0, clientHeight = 0, offsetTop = 0, offsetHeight = 0 } = box.current ?? {};
  const isLow = tip.rowTop + ROW_HEIGHT + TIP_HEIGHT > clientHeight;
  const { row, entry } = tip;
  return (
    <div
      className={classes.tip}
      role="tooltip"
      style={{
        ...(tip.x > clientWidth / 2 ? { right: clientWidth - tip.x } : { left: tip.x }),
        ...(isLow
          ? { bottom: offsetHeight - tip.rowTop + 2 }
          : { top: offsetTop + tip.rowTop + ROW_HEIGHT + 2 }),
      }}
    >
      <div className={classes.name}>
        <ServiceName name={serviceOf(table, row)} /> <bdi>{visibleText(operationOf(table, row))}</bdi>
      </div>
      {entry === undefined ? (
        <div className={classes.facts}>
          {formatNanos(at(table.end, row) - at(table.start, row))}, starts at{' '}
          {formatOffset(BigInt(Math.round(at(table.start, row))))}
        </div>
      ) : (
        <>
          <div className={classes.said} data-tone={entry.tone}>
            {entry.text}
          </div>
          <div className={classes.facts}>
            {entry.level === 'event' ? 'event' : 'log line'} at {formatOffset(BigInt(Math.round(entry.time)))}
          </div>
        </>
      )}
    </div>
  );
};
