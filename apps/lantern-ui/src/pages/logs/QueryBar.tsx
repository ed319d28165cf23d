import { Button, Select } from '@mantine/core';
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { useIsFetching, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { labelValuesQuery } from '../../api/loki.js';
import { loadCode } from '../../shared/load-code.js';
import { TimeRangeSelect } from '../../shared/TimeRangeSelect.js';
import { faultIn } from './parse-fault.js';
import { ANY_SERVICE, logsPath, type LogsPageState } from './logs-params.js';
import classes from './QueryBar.module.css';
import { quoted } from './query-edit.js';

/** The editor is the largest part of the page, so it loads separately. */
const LogqlEditor = lazy(loadCode(() => import('./LogqlEditor.js')));

interface QueryBarProps {
  readonly state: LogsPageState;
  readonly isMetric: boolean;
  readonly onChange: (edit: Partial<LogsPageState>) => void;
}

/** Query, time range and live switch of the page. */
export const QueryBar = ({ state, isMetric, onChange }: QueryBarProps) => {
  const [draft, setDraft] = useState(state.query);
  const client = useQueryClient();
  const isFetching =
    useIsFetching({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('log-') }) > 0;
  const services = useQuery(labelValuesQuery('service_name', ''));

  // The URL is the source of truth: navigation resets the editor.
  const [shown, setShown] = useState(state.query);
  if (shown !== state.query) {
    setShown(state.query);
    setDraft(state.query);
  }

  const faulty = client
    .getQueryCache()
    .findAll({
      predicate: ({ queryKey }) => String(queryKey[0]).startsWith('log-') && queryKey[1] === state.query,
    })
    .map(({ state: { error } }) => faultIn(error?.message))
    .find((fault) => fault !== undefined);

  const run = (query = draft) => {
    const next = query.trim() === '' ? ANY_SERVICE : query.trim();
    // Running an unchanged query refetches it: relative time ranges have moved.
    if (logsPath({ ...state, query: next }) === logsPath(state)) {
      void client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('log-') });
    } else onChange({ query: next });
  };

  return (
    <form
      className={classes.bar}
      aria-label="Log query"
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      <Select
        className={classes.service ?? ''}
        aria-label="Service"
        placeholder="Any service"
        data={withChosen(services.data ?? [], serviceOf(state.query))}
        error={services.error !== null}
        value={serviceOf(state.query)}
        onChange={(service) => run(service === null ? ANY_SERVICE : `{service_name=${quoted(service)}}`)}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Any service' }}
        nothingFoundMessage="No such service"
      />
      <div className={classes.query}>
        <Suspense fallback={<div className={classes.placeholder}>{draft}</div>}>
          <LogqlEditor
            value={draft}
            fault={draft === state.query ? faulty : undefined}
            onChange={setDraft}
            onRun={() => run()}
          />
        </Suspense>
      </div>
      {/* A tail has no time range. */}
      {!state.isLive && <TimeRangeSelect range={state.range} onChange={(range) => onChange({ range })} />}
      <Button
        type="submit"
        variant="filled"
        className={classes.run ?? ''}
        loading={isFetching && !state.isLive}
        disabled={state.isLive}
      >
        Run
      </Button>
      <Button
        disabled={isMetric}
        title={isMetric ? 'Live shows lines, not metrics' : 'Show new lines as they arrive'}
        aria-pressed={state.isLive}
        className={classes.live ?? ''}
        data-live={state.isLive}
        leftSection={
          state.isLive ? <IconPlayerStop size={13} aria-hidden /> : <IconPlayerPlay size={13} aria-hidden />
        }
        onClick={() => onChange({ isLive: !state.isLive })}
      >
        Live
      </Button>
    </form>
  );
};

/** Returns the service that the selector matches exactly. */
const serviceOf = (query: string): string | null =>
  /^\s*\{[^}]*\bservice(?:_name)?\s*=\s*"([^"\\]+)"/.exec(query)?.[1] ?? null;

/** Adds the selected service if it sent no lines recently. */
const withChosen = (services: readonly string[], chosen: string | null): string[] =>
  chosen === null || services.includes(chosen) ? [...services] : [...services, chosen];
