import { operationOf, serviceOf, type ServiceTime, type TraceId } from '@lantern/telemetry-model';
import {
  IconAlertCircleFilled,
  IconClock,
  IconClockExclamation,
  IconCloudOff,
  IconPuzzle,
} from '@tabler/icons-react';
import { useMemo, type ReactNode } from 'react';
import type { Failure, TraceOverview } from '../../api/trace/trace-api.js';
import { CopyButton } from '../../shared/CopyButton.js';
import { formatCount, formatCounted, formatShare } from '../../shared/format/count.js';
import { formatNanos } from '../../shared/format/duration.js';
import { formatRelative, formatTime } from '../../shared/format/time.js';
import { serviceColor } from '../../shared/service-color.js';
import { ServiceName } from '../../shared/ServiceName.js';
import { useNow } from '../../shared/use-now.js';
import { ModelTotals } from './model-calls/ModelTotals.js';
import { incompleteText } from './incomplete-text.js';
import { timingTexts } from './timing-texts.js';
import classes from './TraceHeader.module.css';
import { visibleText } from '../../shared/visible-text.js';

interface TraceHeaderProps {
  readonly traceId: TraceId;
  readonly trace: TraceOverview;
  readonly staleBecause: string | undefined;
  readonly onOpen: (row: number) => void;
  /** Shown in the summary, after what took the time. */
  readonly detections: ReactNode;
  /** Shown at the end of the title row. */
  readonly children: ReactNode;
}

/** Header of a trace: its properties, where the time was spent and what failed. */
export const TraceHeader = ({
  traceId,
  trace,
  staleBecause,
  onOpen,
  detections,
  children,
}: TraceHeaderProps) => {
  const now = useNow(10_000);
  const { table, failure, timeTaken } = trace;
  const incomplete = incompleteText(table);
  const timings = useMemo(() => timingTexts(table), [table]);
  return (
    <header className={classes.header}>
      <div className={classes.title}>
        <h1 className={classes.name}>
          <ServiceName name={serviceOf(table, 0)} />{' '}
          <bdi className={classes.operation} title={visibleText(operationOf(table, 0))}>
            {visibleText(operationOf(table, 0))}
          </bdi>
        </h1>
        {children}
      </div>
      <dl className={classes.facts}>
        <Fact label="Duration">
          <strong>{formatNanos(table.duration)}</strong>
        </Fact>
        <Fact label="Start">
          {formatTime(table.startUnixNano)}{' '}
          <span className={classes.faint}>{formatRelative(table.startUnixNano, now)}</span>
        </Fact>
        <Fact label="Services">{formatCount(table.services.length)}</Fact>
        <Fact label="Depth">{formatCount(table.levels)}</Fact>
        <Fact label="Spans">{formatCount(table.length)}</Fact>
        <Fact label="Errors">
          <span data-error={table.errorCount > 0} className={classes.errors}>
            {formatCount(table.errorCount)}
          </span>
        </Fact>
        <Fact label="Trace ID">
          <code className={classes.id}>{traceId}</code>
          <CopyButton value={traceId} what="trace ID" />
        </Fact>
      </dl>
      <ul className={classes.answers} aria-label="Summary">
        {failure !== undefined && (
          <li className={classes.answer} data-tone="error">
            <IconAlertCircleFilled size={15} aria-hidden />
            <FailedIn trace={trace} failure={failure} onOpen={onOpen} />
          </li>
        )}
        {timeTaken.length > 0 && (
          <li className={classes.answer}>
            <IconClock size={15} stroke={1.75} aria-hidden />
            <TimeTaken trace={trace} onOpen={onOpen} />
          </li>
        )}
        {detections}
        <ModelTotals usage={trace.modelUsage} />
        {timings.map((text) => (
          <li key={text} className={classes.answer} data-tone="warn">
            <IconClockExclamation size={15} stroke={1.75} aria-hidden />
            <span>{text}</span>
          </li>
        ))}
        {incomplete !== '' && (
          <li className={classes.answer} data-tone="warn">
            <IconPuzzle size={15} stroke={1.75} aria-hidden />
            <span>{incomplete}</span>
          </li>
        )}
        {staleBecause !== undefined && (
          <li className={classes.answer} data-tone="warn" role="alert">
            <IconCloudOff size={15} stroke={1.75} aria-hidden />
            <span>Not updated: {staleBecause}</span>
          </li>
        )}
      </ul>
    </header>
  );
};

const Fact = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <div className={classes.fact}>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
);

interface OpenSpanProps {
  readonly trace: TraceOverview;
  readonly row: number;
  readonly onOpen: (row: number) => void;
}

const OpenSpan = ({ trace, row, onOpen }: OpenSpanProps) => (
  <button type="button" className={classes.open} onClick={() => onOpen(row)}>
    <bdi>{visibleText(shortened(operationOf(trace.table, row)) || 'unnamed')}</bdi>
  </button>
);

const MOST_NAME = 60;

const shortened = (name: string): string =>
  name.length <= MOST_NAME ? name : `${name.slice(0, MOST_NAME)}…`;

interface FailedInProps {
  readonly trace: TraceOverview;
  readonly failure: Failure;
  readonly onOpen: (row: number) => void;
}

const FailedIn = ({ trace, failure: { row, message, others }, onOpen }: FailedInProps) => (
  <span>
    Failed in <bdi>{visibleText(serviceOf(trace.table, row))}</bdi>{' '}
    <OpenSpan trace={trace} row={row} onOpen={onOpen} />
    {message !== '' && <>: {message.split('\n', 1)[0]?.slice(0, 300)}</>}
    {others > 0 && (
      <span className={classes.faint}> and independently in {formatCounted(others, 'other span')}</span>
    )}
  </span>
);

interface TimeTakenProps {
  readonly trace: TraceOverview;
  readonly onOpen: (row: number) => void;
}

/**
 * Service and operation with the largest share of the critical path, such as `order-service: 10 s of 10 s. INSERT
 * products took 7 s in 2,499 spans.`, and the shares of all services as a bar. The name of the operation links to its
 * longest span.
 */
const TimeTaken = ({ trace, onOpen }: TimeTakenProps) => {
  const { table, timeTaken } = trace;
  const [most] = timeTaken;
  if (most === undefined) return undefined;
  return (
    <span className={classes.taken}>
      <span>
        <bdi>{visibleText(most.service)}</bdi>: <strong>{formatNanos(most.nano)}</strong> of{' '}
        {formatNanos(table.duration)}. <OpenSpan trace={trace} row={most.longest} onOpen={onOpen} /> took{' '}
        {formatNanos(most.operationNano)}
        {most.operationCount > 1 && ` in ${formatCounted(most.operationCount, 'span')}`}.
      </span>
      <CriticalShares times={timeTaken} duration={table.duration} />
    </span>
  );
};

/** Maximum number of services that are shown by name. */
const MOST_NAMED = 4;

const CriticalShares = ({
  times,
  duration,
}: {
  readonly times: readonly ServiceTime[];
  readonly duration: number;
}) => {
  const shareOf = ({ nano }: ServiceTime) =>
    formatShare(BigInt(Math.round(nano)), BigInt(Math.round(duration)));
  const others = times.length - MOST_NAMED;
  return (
    <span className={classes.shares} role="group" aria-label="Critical path by service">
      <span className={classes.bar} aria-hidden>
        {times.map((time) => (
          <span
            key={time.service}
            className={classes.part}
            title={visibleText(`${time.service}: ${formatNanos(time.nano)}, ${shareOf(time)} of the trace`)}
            style={{
              width: `${(time.nano / Math.max(duration, 1)) * 100}%`,
              '--service': serviceColor(time.service),
            }}
          />
        ))}
      </span>
      {times.slice(0, MOST_NAMED).map((time) => (
        <span key={time.service} className={classes.share}>
          <ServiceName name={time.service}>
            <span className={classes.faint}> {shareOf(time)}</span>
          </ServiceName>
        </span>
      ))}
      {others > 0 && <span className={classes.faint}>+{formatCount(others)}</span>}
    </span>
  );
};
