import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { keepPreviousOf } from '../../../api/keep-previous.js';
import type { GroupKey, NamedStatistics } from '../../../api/trace/trace-api.js';
import { statisticsQuery } from '../../../api/trace/trace-queries.js';
import { formatCount, formatCounted, formatShare } from '../../../shared/format/count.js';
import { formatNanos } from '../../../shared/format/duration.js';
import { ServiceName } from '../../../shared/ServiceName.js';
import type { ViewProps } from '../view-props.js';
import { ViewWaiting } from '../ViewWaiting.js';
import { visibleText } from '../../../shared/visible-text.js';
import classes from './Statistics.module.css';

interface StatisticsProps extends ViewProps {
  readonly groupBy: readonly GroupKey[];
  readonly onGroupBy: (groupBy: readonly GroupKey[]) => void;
}

type Measure = 'count' | 'errorCount' | 'total' | 'average' | 'median' | 'p95' | 'max' | 'self' | 'critical';

const COLUMNS: readonly { by: Measure; label: string; title: string }[] = [
  { by: 'count', label: 'Spans', title: 'Number of spans' },
  { by: 'errorCount', label: 'Errors', title: 'Spans with status error' },
  { by: 'total', label: 'Total', title: 'Sum of the durations; parallel spans count in full' },
  { by: 'average', label: 'Average', title: 'Mean duration' },
  { by: 'median', label: 'Median', title: 'Median duration (p50)' },
  { by: 'p95', label: 'P95', title: '95th percentile of the duration' },
  { by: 'max', label: 'Max', title: 'Longest duration' },
  { by: 'self', label: 'Self time', title: 'Sum of the time outside child spans' },
  { by: 'critical', label: 'Critical path', title: 'Time on the critical path of the trace' },
];

/** Maximum number of groups shown. The sort order decides which. */
const MOST_GROUPS = 500;

const FIELD_LABELS = [
  { value: 'service', label: 'Service' },
  { value: 'operation', label: 'Operation' },
  { value: 'kind', label: 'Kind' },
  { value: 'status', label: 'Status' },
];

const Statistics = ({ traceId, trace, onOpen, groupBy, onGroupBy }: StatisticsProps) => {
  const query = useQuery({
    ...statisticsQuery(traceId, trace.version, groupBy),
    placeholderData: keepPreviousOf('trace-statistics', traceId, trace.version),
  });
  const [sort, setSort] = useState<{ by: Measure; direction: 1 | -1 }>({ by: 'self', direction: -1 });
  const groups = useMemo(
    () => query.data?.toSorted((a, b) => (a[sort.by] - b[sort.by]) * sort.direction),
    [query.data, sort],
  );
  const [first = 'service', second] = groupBy;
  const choices = [
    { group: 'Fields', items: FIELD_LABELS },
    { group: 'Attributes', items: trace.attributeKeys.map((key) => ({ value: `.${key}`, label: key })) },
  ];
  const keyOf = (value: string | null): GroupKey => (value ?? 'service') as GroupKey;
  return (
    <div className={classes.view}>
      <div className={classes.bar}>
        <Select
          aria-label="Group by"
          className={classes.group ?? ''}
          data={choices}
          value={first}
          searchable
          allowDeselect={false}
          onChange={(value) => onGroupBy([keyOf(value), ...(second === undefined ? [] : [second])])}
        />
        <span className={classes.note}>and</span>
        <Select
          aria-label="Then by"
          className={classes.group ?? ''}
          data={choices}
          value={second ?? null}
          placeholder="nothing else"
          searchable
          clearable
          clearButtonProps={{ 'aria-label': 'Remove second grouping' }}
          onChange={(value) => onGroupBy(value === null ? [first] : [first, keyOf(value)])}
        />
        {groups !== undefined && (
          <span className={classes.note}>
            {groups.length > MOST_GROUPS
              ? `The first ${formatCount(MOST_GROUPS)} of ${formatCounted(groups.length, 'group')}`
              : formatCounted(groups.length, 'group')}
          </span>
        )}
      </div>
      {groups === undefined ? (
        <ViewWaiting what="The statistics" query={query} />
      ) : (
        <div
          className={classes.scroller}
          data-stale={query.isPlaceholderData}
          tabIndex={0}
          role="region"
          aria-label="Statistics"
        >
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col" className={classes.first}>
                  {groupBy.map(labelOf).join(' and ')}
                </th>
                {COLUMNS.map(({ by, label, title }) => (
                  <th
                    key={by}
                    scope="col"
                    title={title}
                    aria-sort={
                      sort.by === by ? (sort.direction === 1 ? 'ascending' : 'descending') : undefined
                    }
                  >
                    <button
                      type="button"
                      className={classes.sort}
                      onClick={() =>
                        setSort({ by, direction: sort.by === by && sort.direction === -1 ? 1 : -1 })
                      }
                    >
                      {label}
                    </button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {groups.slice(0, MOST_GROUPS).map((group) => (
                <GroupRow
                  key={group.group}
                  group={group}
                  groupBy={groupBy}
                  duration={trace.table.duration}
                  onOpen={onOpen}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
};

export default Statistics;

interface GroupRowProps {
  readonly group: NamedStatistics;
  readonly groupBy: readonly GroupKey[];
  readonly duration: number;
  readonly onOpen: (row: number) => void;
}

const GroupRow = ({ group, groupBy, duration, onOpen }: GroupRowProps) => (
  <tr>
    <th scope="row" className={classes.first}>
      <button
        type="button"
        className={classes.name}
        title="Show longest span"
        onClick={() => onOpen(group.longest)}
      >
        {group.values.map((value, i) =>
          groupBy[i] === 'service' && value !== undefined ? (
            <ServiceName key={i} name={value} />
          ) : (
            <bdi key={i} className={value === undefined ? classes.none : classes.value}>
              {value === undefined
                ? `no ${labelOf(groupBy[i] ?? 'service')}`
                : visibleText(value.slice(0, 200)) || 'empty'}
            </bdi>
          ),
        )}
      </button>
    </th>
    <td>{formatCount(group.count)}</td>
    <td data-error={group.errorCount > 0}>{group.errorCount === 0 ? '–' : formatCount(group.errorCount)}</td>
    <td>{formatNanos(group.total)}</td>
    <td>{formatNanos(group.average)}</td>
    <td>{formatNanos(group.median)}</td>
    <td>{formatNanos(group.p95)}</td>
    <td>{formatNanos(group.max)}</td>
    <Share nano={group.self} duration={duration} />
    <Share nano={group.critical} duration={duration} />
  </tr>
);

const Share = ({ nano, duration }: { readonly nano: number; readonly duration: number }) => (
  <td className={classes.shared} style={{ '--share': Math.min(100, (nano / Math.max(duration, 1)) * 100) }}>
    {formatNanos(nano)}
    <span className={classes.percent}>
      {formatShare(BigInt(Math.round(nano)), BigInt(Math.round(duration)))}
    </span>
  </td>
);

const labelOf = (key: GroupKey): string =>
  FIELD_LABELS.find(({ value }) => value === key)?.label ?? key.slice(1);
