import { ActionIcon, Select, Tooltip } from '@mantine/core';
import { IconRefresh, IconX } from '@tabler/icons-react';
import type { TraceSummary } from '../../api/trace-summaries.js';
import { formatCounted } from '../../shared/format/count.js';
import classes from './ResultsBar.module.css';
import type { SearchPageState } from './search-params.js';
import { isSortOrder, SORT_ORDERS } from './sort-order.js';

interface ResultsBarProps {
  readonly state: SearchPageState;
  /** Undefined until the first answer. */
  readonly summaries: readonly TraceSummary[] | undefined;
  readonly query: {
    readonly isFetching: boolean;
    readonly error: Error | null;
    readonly refetch: () => unknown;
  };
  readonly onChange: (state: SearchPageState) => void;
}

/** What was found, how it is sorted, and whether it is fresh. */
export const ResultsBar = ({ state, summaries, query, onChange }: ResultsBarProps) => (
  <div className={classes.bar}>
    <h2 className={classes.count} aria-live="polite">
      {summaries === undefined ? 'Searching…' : formatCounted(summaries.length, 'trace')}
    </h2>
    {summaries !== undefined && summaries.length >= state.limit && (
      <span className={classes.note} title="There may be more traces: raise the limit or shorten the time">
        limit reached
      </span>
    )}
    {state.with !== '' && (
      <span className={classes.with}>
        that also involve {state.with}
        <ActionIcon
          variant="transparent"
          color="gray"
          size={16}
          aria-label={`Do not require ${state.with}`}
          onClick={() => onChange({ ...state, with: '' })}
        >
          <IconX size={12} />
        </ActionIcon>
      </span>
    )}
    {query.error !== null && summaries !== undefined && (
      <span className={classes.failed} role="alert">
        Not updated: {query.error.message}
      </span>
    )}
    <div className={classes.tools}>
      <Tooltip label="Search again">
        <ActionIcon
          variant="subtle"
          color="gray"
          size={28}
          aria-label="Search again"
          onClick={() => void query.refetch()}
        >
          <IconRefresh size={15} stroke={1.75} className={classes.refresh} data-busy={query.isFetching} />
        </ActionIcon>
      </Tooltip>
      <Select
        className={classes.sort ?? ''}
        aria-label="Sort"
        data={SORT_ORDERS.map(({ value, label }) => ({ value, label }))}
        value={state.sort}
        allowDeselect={false}
        onChange={(value) => {
          if (value !== null && isSortOrder(value)) onChange({ ...state, sort: value });
        }}
      />
    </div>
  </div>
);
