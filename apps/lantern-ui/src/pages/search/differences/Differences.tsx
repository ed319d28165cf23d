import { ActionIcon, SegmentedControl } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { quoted } from '@lantern/query-api/search-query';
import { differencesQuery, type ComparedSelection } from '../../../api/differences.js';
import { keepPreviousData } from '@tanstack/react-query';
import type { TraceSearch } from '../../../api/trace-summaries.js';
import { formatCounted, formatShare } from '../../../shared/format/count.js';
import { visibleText } from '../../../shared/visible-text.js';
import classes from './Differences.module.css';

interface DifferencesProps {
  readonly search: TraceSearch;
  /** Adds a condition to the query. */
  readonly onFilter: (condition: string) => void;
  readonly onClose: () => void;
}

const NAMES: Readonly<Record<ComparedSelection, string>> = { failed: 'Failed', slow: 'Slowest 5 %' };

/** Attributes whose values differ most between failed or slow traces and the other matches of the search. */
const Differences = ({ search, onFilter, onClose }: DifferencesProps) => {
  const [select, setSelect] = useState<ComparedSelection>('failed');
  const query = useQuery({ ...differencesQuery(search, select), placeholderData: keepPreviousData });
  const { data } = query;
  return (
    <section className={classes.panel} aria-label="What differs" aria-busy={query.isFetching}>
      <div className={classes.head}>
        <h3 className={classes.title}>What differs</h3>
        <SegmentedControl
          size="xs"
          aria-label="Compared traces"
          value={select}
          onChange={(value) => setSelect(value === 'slow' ? 'slow' : 'failed')}
          data={Object.entries(NAMES).map(([value, label]) => ({ value, label }))}
        />
        {data !== undefined && (
          <span className={classes.note} role="status">
            {formatCounted(data.selectedTraces, 'trace')} compared with{' '}
            {formatCounted(data.otherTraces, 'other')}
            {data.isSampled && ', a sample: only the newest are compared'}
          </span>
        )}
        <ActionIcon
          className={classes.close ?? ''}
          variant="subtle"
          color="gray"
          size={24}
          aria-label="Close"
          onClick={onClose}
        >
          <IconX size={14} />
        </ActionIcon>
      </div>
      {query.error !== null && (
        <p className={classes.failed} role="alert">
          Not compared: {query.error.message}
        </p>
      )}
      {data?.differences.length === 0 && (
        <p className={classes.note}>
          No attribute differs more than chance explains. Search a longer time range for more traces.
        </p>
      )}
      {data !== undefined && data.differences.length > 0 && (
        <table className={classes.table} data-stale={query.isPlaceholderData}>
          <thead>
            <tr>
              <th scope="col">Attribute</th>
              <th scope="col">Value</th>
              <th scope="col">{NAMES[select]}</th>
              <th scope="col">Others</th>
            </tr>
          </thead>
          <tbody>
            {data.differences.slice(0, MOST_KEYS).flatMap(({ key, values }) =>
              values.slice(0, MOST_VALUES).map(({ value, selectedTraces, otherTraces }, i) => (
                <tr key={`${key} ${value}`}>
                  <th scope="row">{i === 0 && <bdi>{visibleText(key)}</bdi>}</th>
                  <td>
                    <button
                      type="button"
                      className={classes.value}
                      title="Search for this value"
                      onClick={() => onFilter(conditionOf(key, value))}
                    >
                      <bdi>{visibleText(value)}</bdi>
                    </button>
                  </td>
                  <Share part={selectedTraces} whole={data.selectedTraces} isSelected />
                  <Share part={otherTraces} whole={data.otherTraces} isSelected={false} />
                </tr>
              )),
            )}
          </tbody>
        </table>
      )}
    </section>
  );
};

export default Differences;

const MOST_KEYS = 12;
const MOST_VALUES = 3;

/** Returns the condition of a search for the value. Operations are listed with their service. */
const conditionOf = (key: string, value: string): string => {
  if (key !== 'operation') return `${quoted(key)} = ${quoted(value)}`;
  const space = value.indexOf(' ');
  return `service = ${quoted(value.slice(0, space))} and name = ${quoted(value.slice(space + 1))}`;
};

interface ShareProps {
  readonly part: number;
  readonly whole: number;
  readonly isSelected: boolean;
}

const Share = ({ part, whole, isSelected }: ShareProps) => (
  <td
    className={classes.share}
    data-selected={isSelected}
    style={{ '--share': (part / Math.max(1, whole)) * 100 }}
  >
    {formatShare(BigInt(part), BigInt(whole))}
  </td>
);
