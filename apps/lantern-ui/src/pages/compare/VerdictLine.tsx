import type { TraceComparison } from '../../api/trace/trace-api.js';
import { formatNanos } from '../../shared/format/duration.js';
import { verdictOf } from './call-rows.js';
import { meanOf } from './Side.js';
import classes from './VerdictLine.module.css';
import { visibleText } from '../../shared/visible-text.js';

/** A difference below this share is none that anybody looks for. */
const SAME_SHARE = 0.02;

interface VerdictLineProps {
  /** Undefined until it is known; the line has its place before, lest what is below moves under a pointer. */
  readonly comparison: TraceComparison | undefined;
}

/** The answer in one line: which one took longer, by how much, and where. */
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
    return <p className={classes.verdict}>Both took about as long.</p>;
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
          {formatNanos(Math.abs(causeNano))} {causeNano > 0 ? 'more' : 'less'} work of its own
        </>
      )}
      .
    </p>
  );
};
