import { Button, Skeleton } from '@mantine/core';
import type { TraceId } from '@lantern/telemetry-model';
import { Link } from 'react-router';
import type { ComparedTrace } from '../../api/trace/trace-api.js';
import { formatCounted } from '../../shared/format/count.js';
import { formatNanos } from '../../shared/format/duration.js';
import { formatTime } from '../../shared/format/time.js';
import { ServiceName } from '../../shared/ServiceName.js';
import classes from './Side.module.css';
import { visibleText } from '../../shared/visible-text.js';

interface SideProps {
  readonly name: 'A' | 'B';
  readonly ids: readonly TraceId[];
  /** Undefined until they are loaded. */
  readonly traces: readonly ComparedTrace[] | undefined;
  readonly isPicking: boolean;
  readonly onPick: () => void;
}

/** One side of the comparison: a trace, or the mean of several. */
export const Side = ({ name, ids, traces, isPicking, onPick }: SideProps) => {
  const [first] = traces ?? [];
  return (
    <section className={classes.side} aria-label={`Trace ${name}`} data-picking={isPicking}>
      <span className={classes.letter} aria-hidden>
        {name}
      </span>
      <div className={classes.what}>
        {ids.length === 0 ? (
          <span className={classes.none}>Choose a trace below</span>
        ) : first === undefined ? (
          <>
            <Skeleton height={14} width={220} my={3} />
            <Skeleton height={11} width={300} my={4} />
          </>
        ) : (
          <>
            <h2 className={classes.title}>
              <ServiceName name={first.service} /> <bdi>{visibleText(first.operation)}</bdi>
            </h2>
            <p className={classes.facts}>
              <strong>{formatNanos(meanOf(traces, ({ durationNano }) => durationNano))}</strong>
              {ids.length === 1 ? (
                <>
                  <span>{formatTime(first.startUnixNano)}</span>
                  <span>{formatCounted(first.spanCount, 'span')}</span>
                  {first.errorCount > 0 && (
                    <span className={classes.errors}>{formatCounted(first.errorCount, 'error')}</span>
                  )}
                  {first.file !== undefined && (
                    <span>
                      from the file <bdi>{visibleText(first.file)}</bdi>
                    </span>
                  )}
                  <Link to={`/trace/${first.traceId}`} className={classes.id}>
                    {first.traceId.slice(0, 8)}
                  </Link>
                </>
              ) : (
                <span>the mean of {formatCounted(ids.length, 'trace')}</span>
              )}
            </p>
          </>
        )}
      </div>
      {!isPicking && (
        <Button variant="subtle" color="gray" onClick={onPick} aria-label={`Change ${name}`}>
          Change
        </Button>
      )}
    </section>
  );
};

export const meanOf = (
  traces: readonly ComparedTrace[] | undefined,
  value: (trace: ComparedTrace) => number,
): number =>
  traces === undefined || traces.length === 0
    ? 0
    : traces.reduce((sum, trace) => sum + value(trace), 0) / traces.length;
