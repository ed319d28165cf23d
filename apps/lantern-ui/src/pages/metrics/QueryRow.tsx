import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { promqlInstantQuery, promqlRangeQuery } from '../../api/prometheus.js';
import { loadCode } from '../../shared/load-code.js';
import type { TimeRange } from '../../time-range/time-range.js';
import { promqlFaultIn } from './promql-fault.js';
import classes from './QueryRow.module.css';

/** The editor is the largest part of the page, so it loads separately. */
const PromqlEditor = lazy(loadCode(() => import('./PromqlEditor.js')));

interface QueryRowProps {
  /** Letter of the query. */
  readonly name: string;
  readonly draft: string;
  /** Query that the page runs. */
  readonly query: string;
  readonly isTable: boolean;
  readonly range: TimeRange;
  readonly onDraft: (draft: string) => void;
  readonly onRun: () => void;
  /** Undefined for the only query. */
  readonly onRemove: (() => void) | undefined;
}

/** Editor of a query, with the error of its last run. */
export const QueryRow = ({ name, draft, query, isTable, range, ...row }: QueryRowProps) => {
  const ranged = useQuery({ ...promqlRangeQuery(query, range), enabled: !isTable && query !== '' });
  const instant = useQuery({ ...promqlInstantQuery(query, range), enabled: isTable && query !== '' });
  const { error, data } = isTable ? instant : ranged;
  const isCurrent = draft.trim() === query;
  return (
    <div>
      <div className={classes.row}>
        <span className={classes.name} aria-hidden>
          {name}
        </span>
        <div className={classes.query}>
          <Suspense fallback={<div className={classes.placeholder}>{draft}</div>}>
            <PromqlEditor
              label={`PromQL query ${name}`}
              value={draft}
              fault={isCurrent ? promqlFaultIn(error?.message) : undefined}
              onChange={row.onDraft}
              onRun={row.onRun}
            />
          </Suspense>
        </div>
        {row.onRemove !== undefined && (
          <ActionIcon variant="default" size={30} aria-label={`Remove query ${name}`} onClick={row.onRemove}>
            <IconX size={14} aria-hidden />
          </ActionIcon>
        )}
      </div>
      {isCurrent && error !== null && (
        <p className={classes.error} role="alert">
          {error.message}
        </p>
      )}
      {isCurrent &&
        error === null &&
        data?.notes.map((note) => (
          <p key={note} className={classes.note}>
            {note}
          </p>
        ))}
    </div>
  );
};
