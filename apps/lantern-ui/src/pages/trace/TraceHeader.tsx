import {
  timeByService,
  traceDurationNano,
  type ServiceTime,
  type TraceId,
  type TraceNode,
  type TraceTree,
} from '@lantern/telemetry-model';
import { IconAlertCircleFilled, IconClock, IconCloudOff, IconPuzzle } from '@tabler/icons-react';
import { Fragment, useMemo, type ReactNode } from 'react';
import { CopyButton } from '../../shared/CopyButton.js';
import { formatCount, formatCounted, formatShare } from '../../shared/format/count.js';
import { formatDuration } from '../../shared/format/duration.js';
import { formatRelative, formatTime } from '../../shared/format/time.js';
import { ServiceName } from '../../shared/ServiceName.js';
import { useNow } from '../../shared/use-now.js';
import { errorOrigins, type ErrorOrigin } from './error-origins.js';
import classes from './TraceHeader.module.css';
import { rootOf } from './trace-name.js';

interface TraceHeaderProps {
  readonly traceId: TraceId;
  readonly tree: TraceTree;
  readonly staleBecause: string | undefined;
  readonly onOpen: (node: TraceNode) => void;
}

/** What the trace is, and the two questions it is opened for: what took the time, and what failed. */
export const TraceHeader = ({ traceId, tree, staleBecause, onOpen }: TraceHeaderProps) => {
  const now = useNow(10_000);
  const times = useMemo(() => timeByService(tree), [tree]);
  const origins = useMemo(() => errorOrigins(tree), [tree]);
  const root = rootOf(tree);
  const duration = traceDurationNano(tree);
  return (
    <header className={classes.header}>
      <h1 className={classes.name}>
        {root === undefined ? (
          'Trace'
        ) : (
          <>
            <ServiceName name={root.service} /> <bdi className={classes.operation}>{root.span.name}</bdi>
          </>
        )}
      </h1>
      <dl className={classes.facts}>
        <Fact label="Duration">
          <strong>{formatDuration(duration)}</strong>
        </Fact>
        <Fact label="Start">
          {formatTime(tree.startUnixNano)}{' '}
          <span className={classes.faint}>{formatRelative(tree.startUnixNano, now)}</span>
        </Fact>
        <Fact label="Services">{formatCount(tree.services.length)}</Fact>
        <Fact label="Depth">{formatCount(tree.depth)}</Fact>
        <Fact label="Spans">{formatCount(tree.nodes.length)}</Fact>
        <Fact label="Errors">
          <span data-error={tree.errorCount > 0} className={classes.errors}>
            {formatCount(tree.errorCount)}
          </span>
        </Fact>
        <Fact label="Trace ID">
          <code className={classes.id}>{traceId}</code>
          <CopyButton value={traceId} what="trace ID" />
        </Fact>
      </dl>
      <ul className={classes.answers} aria-label="Summary">
        {origins.length > 0 && (
          <li className={classes.answer} data-tone="error">
            <IconAlertCircleFilled size={15} aria-hidden />
            <Failure origins={origins} onOpen={onOpen} />
          </li>
        )}
        {times.length > 0 && (
          <li className={classes.answer}>
            <IconClock size={15} stroke={1.75} aria-hidden />
            <TimeTaken times={times} duration={duration} onOpen={onOpen} />
          </li>
        )}
        {isIncomplete(tree) && (
          <li className={classes.answer} data-tone="warn">
            <IconPuzzle size={15} stroke={1.75} aria-hidden />
            <span>{missingText(tree)}</span>
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
  readonly node: TraceNode;
  readonly onOpen: (node: TraceNode) => void;
}

const OpenSpan = ({ node, onOpen }: OpenSpanProps) => (
  <button type="button" className={classes.open} onClick={() => onOpen(node)}>
    <bdi>{node.span.name}</bdi>
  </button>
);

interface FailureProps {
  readonly origins: readonly ErrorOrigin[];
  readonly onOpen: (node: TraceNode) => void;
}

const Failure = ({ origins: [first, ...others], onOpen }: FailureProps) =>
  first === undefined ? undefined : (
    <span>
      Failed in <bdi>{first.node.service}</bdi> <OpenSpan node={first.node} onOpen={onOpen} />
      {first.message !== '' && <>: {first.message.split('\n', 1)[0]}</>}
      {others.length > 0 && (
        <span className={classes.faint}>
          {' '}
          and in {formatCounted(others.length, 'other span')} apart from it
        </span>
      )}
    </span>
  );

interface TimeTakenProps {
  /** The longest first, at least one. */
  readonly times: readonly ServiceTime[];
  readonly duration: bigint;
  readonly onOpen: (node: TraceNode) => void;
}

/** `order-service: 3.01 s of 3.02 s (99 %), above all in calculate_total`, then the others. */
const TimeTaken = ({ times: [most, ...others], duration, onOpen }: TimeTakenProps) =>
  most === undefined ? undefined : (
    <span>
      <bdi>{most.service}</bdi>: <strong>{formatDuration(most.busyNano)}</strong> of{' '}
      {formatDuration(duration)} ({formatShare(most.busyNano, duration)}), above all in{' '}
      <OpenSpan node={most.longest} onOpen={onOpen} />
      {others.length > 0 && (
        <span className={classes.faint}>
          {' '}
          · then{' '}
          {others.slice(0, 3).map(({ service, busyNano }, i) => (
            <Fragment key={service}>
              {i > 0 && ', '}
              <bdi>{service}</bdi> {formatDuration(busyNano)}
            </Fragment>
          ))}
          {others.length > 3 && ` and ${formatCounted(others.length - 3, 'other service')}`}
        </span>
      )}
    </span>
  );

const isIncomplete = (tree: TraceTree): boolean => tree.missingParents.length > 0 || tree.brokenCycles > 0;

const missingText = ({ missingParents, brokenCycles, roots }: TraceTree): string => {
  const parts: string[] = [];
  if (missingParents.length > 0) {
    const orphans = roots.filter(({ isOrphan }) => isOrphan).length;
    const named = missingParents.slice(0, 2).join(', ') + (missingParents.length > 2 ? ', …' : '');
    parts.push(
      `Incomplete: ${formatCounted(missingParents.length, 'span has', 'spans have')} not arrived (${named}); ` +
        `${formatCounted(orphans, 'child stands', 'children stand')} as ${orphans === 1 ? 'a root' : 'roots'}.`,
    );
  }
  if (brokenCycles > 0) {
    parts.push(
      `${formatCounted(brokenCycles, 'circle')} of spans that name each other as parents ` +
        `${brokenCycles === 1 ? 'was' : 'were'} opened at the earliest of them.`,
    );
  }
  return parts.join(' ');
};
