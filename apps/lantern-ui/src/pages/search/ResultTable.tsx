import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { memo, useRef } from 'react';
import { Link } from 'react-router';
import type { TraceSummary } from '../../api/trace-summaries.js';
import { formatCount } from '../../shared/format/count.js';
import { formatDuration } from '../../shared/format/duration.js';
import { formatRecentTime, formatTime } from '../../shared/format/time.js';
import { serviceColor } from '../../shared/service-color.js';
import { RowCheckbox } from '../../shared/RowCheckbox.js';
import { ServiceName } from '../../shared/ServiceName.js';
import { useNow } from '../../shared/use-now.js';
import { useVirtualRows } from '../../shared/use-virtual-rows.js';
import classes from './ResultTable.module.css';
import { longestOf, shareOf, type ResultsProps } from './results.js';
import type { SortOrder } from './sort-order.js';
import { IncompleteMark, TraceName } from './TraceMarks.js';

interface ResultTableProps extends ResultsProps {
  readonly sort: SortOrder;
  readonly onSort: (sort: SortOrder) => void;
}

const ROW_HEIGHT = 34;

interface Column {
  readonly label: string;
  readonly className?: string | undefined;
  /** Orders that the first and the second click on the header select. */
  readonly orders: readonly [SortOrder, SortOrder?];
  readonly descends?: SortOrder;
}

/** Hidden on narrow screens. */
const SPANS = `${classes.number ?? ''} ${classes.spans ?? ''}`;

const COLUMNS: readonly Column[] = [
  { label: 'Trace', orders: ['name'] },
  { label: 'Services', className: classes.services, orders: ['services'], descends: 'services' },
  { label: 'Spans', className: SPANS, orders: ['spans', 'fewest'], descends: 'spans' },
  { label: 'Errors', className: classes.number, orders: ['errors'], descends: 'errors' },
  { label: 'Duration', className: classes.duration, orders: ['longest', 'shortest'], descends: 'longest' },
  { label: 'Started', className: classes.started, orders: ['recent', 'oldest'], descends: 'recent' },
];

/** Search results as a table that sorts by its headers. */
export const ResultTable = ({ summaries, selection, onToggle, pathOf, sort, onSort }: ResultTableProps) => {
  const now = useNow(10_000);
  const longest = longestOf(summaries);
  const body = useRef<HTMLTableSectionElement>(null);
  const { rows, above, below } = useVirtualRows({
    keys: summaries.map(({ traceId }) => traceId),
    rowHeight: ROW_HEIGHT,
    list: body,
  });
  return (
    <div className={classes.frame}>
      <table className={classes.table} aria-label="Traces" aria-rowcount={summaries.length + 1}>
        <thead>
          <tr>
            <th className={classes.choose} aria-label="Selected" />
            {COLUMNS.map((column) => (
              <Head key={column.label} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {above > 0 && <tr style={{ height: above }} aria-hidden />}
          {rows.map(({ index }) => {
            const summary = summaries[index];
            return (
              summary !== undefined && (
                <Row
                  key={summary.traceId}
                  summary={summary}
                  path={pathOf(summary)}
                  position={index + 2}
                  share={shareOf(summary, longest)}
                  now={now}
                  isSelected={selection.includes(summary.traceId)}
                  onToggle={onToggle}
                />
              )
            );
          })}
          {below > 0 && <tr style={{ height: below }} aria-hidden />}
        </tbody>
      </table>
    </div>
  );
};

const Head = ({
  column: { label, className, orders, descends },
  sort,
  onSort,
}: {
  readonly column: Column;
  readonly sort: SortOrder;
  readonly onSort: (sort: SortOrder) => void;
}) => {
  const isSorted = orders.includes(sort);
  const [first, second = first] = orders;
  const Arrow = sort === descends ? IconArrowDown : IconArrowUp;
  return (
    <th
      scope="col"
      className={className}
      aria-sort={isSorted ? (sort === descends ? 'descending' : 'ascending') : undefined}
    >
      <button type="button" className={classes.sort} onClick={() => onSort(sort === first ? second : first)}>
        {label}
        {isSorted && <Arrow size={12} aria-hidden />}
      </button>
    </th>
  );
};

interface RowProps {
  readonly summary: TraceSummary;
  readonly path: string;
  readonly position: number;
  readonly share: number;
  readonly now: number;
  readonly isSelected: boolean;
  readonly onToggle: (traceId: string) => void;
}

const Row = memo(({ summary, path, position, share, now, isSelected, onToggle }: RowProps) => {
  const { traceId, rootService, rootOperation, errorCount } = summary;
  return (
    <tr className={classes.row} data-error={errorCount > 0} aria-rowindex={position}>
      <td className={classes.choose}>
        <RowCheckbox
          label={`Select ${rootService} ${rootOperation}, ${formatDuration(summary.durationNano)}`}
          isChecked={isSelected}
          onToggle={() => onToggle(traceId)}
        />
      </td>
      <td className={classes.name}>
        <Link to={path} className={classes.link} data-result data-trace-id={traceId}>
          <TraceName summary={summary} />
        </Link>
        <IncompleteMark orphanCount={summary.orphanCount} />
      </td>
      <td className={classes.services}>
        <span className={classes.list}>
          {summary.services.map(({ name }) => (
            <ServiceName key={name} name={name} />
          ))}
        </span>
      </td>
      <td className={SPANS}>{formatCount(summary.spanCount)}</td>
      <td className={classes.number} data-failed={errorCount > 0}>
        {formatCount(errorCount)}
      </td>
      <td className={classes.duration}>
        <span className={classes.measure}>
          <span className={classes.bar} aria-hidden>
            <span
              className={classes.fill}
              style={{ width: `${Math.max(share, 0.5)}%`, '--service': serviceColor(rootService) }}
            />
          </span>
          {formatDuration(summary.durationNano)}
        </span>
      </td>
      <td className={classes.started} title={formatTime(summary.startUnixNano)}>
        {formatRecentTime(summary.startUnixNano, now)}
      </td>
    </tr>
  );
});
Row.displayName = 'Row';
