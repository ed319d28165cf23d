import {
  at,
  durationNano,
  hasError,
  operationOf,
  selfIntervals,
  serviceOf,
  statusCodeOf,
  StatusCode,
  type Span,
  type SpanId,
} from '@lantern/telemetry-model';
import type { ReactNode } from 'react';
import type { TraceOverview } from '../../../api/trace/trace-api.js';
import { CopyButton } from '../../../shared/CopyButton.js';
import { formatShare } from '../../../shared/format/count.js';
import { formatDuration, formatNanos, formatOffset } from '../../../shared/format/duration.js';
import { formatTime } from '../../../shared/format/time.js';
import { ServiceName } from '../../../shared/ServiceName.js';
import { spanKindName } from '../../../api/span-kind.js';
import classes from './SpanFacts.module.css';
import { visibleText } from '../../../shared/visible-text.js';

interface SpanFactsProps {
  readonly trace: TraceOverview;
  readonly row: number;
  readonly span: Span;
  readonly onOpen: (row: number) => void;
}

/** Properties that every span has: name, times and place in the trace. */
export const SpanFacts = ({ trace, row, span, onOpen }: SpanFactsProps) => {
  const { table } = trace;
  const critical = at(trace.critical, row);
  return (
    <header className={classes.header}>
      <ServiceName name={serviceOf(table, row)} />
      <h2 className={classes.name}>
        <bdi>{visibleText(span.name)}</bdi>
      </h2>
      <dl className={classes.facts}>
        <Fact label="Duration">{durationText(span)}</Fact>
        <Fact label="Self time">{formatNanos(selfNano(trace, row))}</Fact>
        <Fact label="Start">
          <span title={formatTime(span.startUnixNano)}>
            {formatOffset(span.startUnixNano - table.startUnixNano)}
          </span>
        </Fact>
        <Fact label="Critical path">
          {critical === 0 ? 'none' : `${formatNanos(critical)}, ${shareText(critical, table.duration)}`}
        </Fact>
        <Fact label="Kind">{spanKindName(span.kind)}</Fact>
        <Fact label="Status">
          <span className={classes.status} data-error={hasError(span)}>
            {STATUS_NAMES[statusCodeOf(span.status.code)]}
          </span>
        </Fact>
        <Fact label="Span ID" isWide>
          <code>{span.spanId}</code>
          <CopyButton value={span.spanId} what="span ID" />
        </Fact>
        {span.parentSpanId !== undefined && (
          <Fact label="Parent" isWide>
            <Parent trace={trace} row={row} parentSpanId={span.parentSpanId} onOpen={onOpen} />
          </Fact>
        )}
      </dl>
      <span className={classes.link}>
        Link to this span <CopyButton value={linkTo(span.spanId)} what="link to this span" />
      </span>
    </header>
  );
};

const STATUS_NAMES: Readonly<Record<StatusCode, string>> = {
  [StatusCode.unset]: 'unset',
  [StatusCode.ok]: 'OK',
  [StatusCode.error]: 'error',
};

interface FactProps {
  readonly label: string;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

const Fact = ({ label, isWide = false, children }: FactProps) => (
  <div className={classes.fact} data-wide={isWide}>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
);

interface ParentProps {
  readonly trace: TraceOverview;
  readonly row: number;
  readonly parentSpanId: SpanId;
  readonly onOpen: (row: number) => void;
}

const Parent = ({ trace: { table }, row, parentSpanId, onOpen }: ParentProps) => {
  const parent = at(table.parent, row);
  return parent === -1 ? (
    <>
      <code>{parentSpanId}</code>{' '}
      <span className={classes.faint}>
        {at(table.isOrphan, row) === 1 ? 'not received' : 'ignored because it closes a cycle'}
      </span>
    </>
  ) : (
    <button type="button" className={classes.open} onClick={() => onOpen(parent)}>
      <bdi>{visibleText(operationOf(table, parent))}</bdi>
    </button>
  );
};

const selfNano = ({ table }: TraceOverview, row: number): number =>
  selfIntervals(table, row).reduce((sum, { from, to }) => sum + to - from, 0);

const shareText = (part: number, whole: number): string =>
  formatShare(BigInt(Math.round(part)), BigInt(Math.round(whole)));

const durationText = (span: Span): string => {
  const duration = durationNano(span);
  return duration < 0n ? `${formatDuration(duration)}, ends before it starts` : formatDuration(duration);
};

const linkTo = (spanId: SpanId): string => {
  const url = new URL(location.href);
  url.search = new URLSearchParams({ uiFind: spanId }).toString();
  return url.href;
};
