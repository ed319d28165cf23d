import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react';
import { formatPercent } from '../../shared/format/rate.js';
import { formatFactor, type Change } from './change.js';
import classes from './ChangeMark.module.css';

/** Change of latency, with its percentile and size, and of the share of failed calls. */
export const ChangeMark = ({ change }: { readonly change: Change }) => {
  const { latency, percentile, factor, errors } = change;
  return (
    <span className={classes.change}>
      {(latency === 'slower' || latency === 'faster') && (
        <span
          className={classes.mark}
          data-change={latency}
          title={`${percentile} is ${factor.toPrecision(3)} times the ${percentile} of the earlier period`}
        >
          {latency === 'slower' ? (
            <IconArrowUpRight size={13} aria-hidden />
          ) : (
            <IconArrowDownRight size={13} aria-hidden />
          )}
          {percentile} {latency} {formatFactor(factor)}
        </span>
      )}
      {errors !== 0 && (
        <span
          className={classes.mark}
          data-change={errors > 0 ? 'slower' : 'faster'}
          title="Change of the share of failed calls"
        >
          {errors > 0 ? '+' : '−'}
          {formatPercent(Math.abs(errors))} errors
        </span>
      )}
      {latency === 'same' && errors === 0 && <span className={classes.same}>No change</span>}
      {latency === 'unknown' && (
        <span className={classes.same} title="Fewer than ten calls in one of the two periods">
          Too few calls to compare
        </span>
      )}
    </span>
  );
};
