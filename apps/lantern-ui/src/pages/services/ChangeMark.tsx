import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react';
import { formatPercent } from '../../shared/format/rate.js';
import type { Change } from './change.js';
import classes from './ChangeMark.module.css';

/** Slower or faster, and by how much; more errors, and how many more. */
export const ChangeMark = ({ change: { latency, ratio, errors } }: { readonly change: Change }) => (
  <span className={classes.change}>
    {(latency === 'slower' || latency === 'faster') && (
      <span className={classes.mark} data-change={latency} title="p95, against the earlier time">
        {latency === 'slower' ? (
          <IconArrowUpRight size={13} aria-hidden />
        ) : (
          <IconArrowDownRight size={13} aria-hidden />
        )}
        {latency} {formatPercent(Math.abs(ratio))}
      </span>
    )}
    {errors !== 0 && (
      <span
        className={classes.mark}
        data-change={errors > 0 ? 'slower' : 'faster'}
        title="Share that failed, against the earlier time"
      >
        {errors > 0 ? '+' : '−'}
        {formatPercent(Math.abs(errors))} errors
      </span>
    )}
    {latency === 'same' && errors === 0 && <span className={classes.same}>as before</span>}
    {latency === 'unknown' && (
      <span className={classes.same} title="Fewer than ten calls in one of the two times">
        too few calls to compare
      </span>
    )}
  </span>
);
