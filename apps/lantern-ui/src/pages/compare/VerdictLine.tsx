import type { TraceComparison } from '../../api/trace/trace-api.js';
import { formatNanos } from '../../shared/format/duration.js';
import { verdictOf } from './call-rows.js';
import { meanOf } from './Side.js';
import classes from './VerdictLine.module.css';
import { visibleText } from '../../shared/visible-text.js';

/** Relative difference below which durations count as equal. */
const SAME_SHARE = 0.02;

interface VerdictLineProps {
  /** Undefined while loading. The line is rendered anyway, to avoid a layout shift. */
  readonly comparison: TraceComparison | undefined;
}

/** One-line result: which side took longer, by how much, and in which call. */
export const VerdictLine = ({ comparison }: VerdictLineProps) => {
  if (comparison === undefined) {
    return (
      <p className={classes.verdict} role="status">
        Comparing…
      </p>
    );
  }
  const before = meanOf(comparison.a, ({ durationNano }) => durationNano);
  const after = meanOf(comparison.b, ({ durationNano }) => durationNano);
  const { delta, cause, causeNano } = verdictOf(comparison.differences, before, after);
  const share = before === 0 ? 0 : delta / before;
  if (Math.abs(share) < SAME_SHARE) {
    return <p className={classes.verdict}>Durations differ by less than 2 %.</p>;
  }
  return (
    <p className={classes.verdict}>
      B took{' '}
      <strong data-tone={delta > 0 ? 'slower' : 'faster'}>
        {formatNanos(Math.abs(delta))} {delta > 0 ? 'longer' : 'less'}
      </strong>{' '}
      ({delta > 0 ? '+' : '−'}
      {Math.round(Math.abs(share) * 100)} %)
      {cause !== undefined && (
        <>
          , mostly in <bdi className={classes.cause}>{visibleText(cause.service)}</bdi>{' '}
          <bdi className={classes.cause}>{visibleText(cause.operation)}</bdi>:{' '}
          {formatNanos(Math.abs(causeNano))} {causeNano > 0 ? 'more' : 'less'} self time
        </>
      )}
      .
    </p>
  );
};
