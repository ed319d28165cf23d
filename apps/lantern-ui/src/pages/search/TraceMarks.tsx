import { IconAlertCircleFilled, IconPuzzle } from '@tabler/icons-react';
import type { TraceSummary } from '../../api/trace-summaries.js';
import { formatCounted } from '../../shared/format/count.js';
import classes from './TraceMarks.module.css';
import { visibleText } from '../../shared/visible-text.js';

/** Name of a trace: service and operation of its root span. */
export const TraceName = ({ summary }: { readonly summary: TraceSummary }) =>
  summary.rootOperation === '' ? (
    <span className={classes.rootless}>root span not received</span>
  ) : (
    <>
      <bdi className={classes.service}>{visibleText(summary.rootService)}</bdi>{' '}
      <bdi className={classes.operation}>{visibleText(summary.rootOperation)}</bdi>
    </>
  );

export const ErrorMark = ({ count }: { readonly count: number }) =>
  count > 0 && (
    <span className={classes.error}>
      <IconAlertCircleFilled size={14} aria-hidden />
      {formatCounted(count, 'error')}
    </span>
  );

export const IncompleteMark = ({ orphanCount }: { readonly orphanCount: number }) =>
  orphanCount > 0 && (
    <span
      className={classes.incomplete}
      title="Some spans refer to a parent span that Lantern has not received"
    >
      <IconPuzzle size={14} stroke={1.75} aria-hidden />
      incomplete
    </span>
  );
