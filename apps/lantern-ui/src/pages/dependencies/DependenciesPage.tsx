import { Button, Select } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconTopologyStar3, IconX } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { callsQuery } from '../../api/dependencies.js';
import { formatCounted } from '../../shared/format/count.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { Notice } from '../../shared/Notice.js';
import { TimeRangeSelect } from '../../shared/TimeRangeSelect.js';
import { servicesPath } from '../services/services-params.js';
import { focusCalls, markCalls, servicesOf } from './call-graph.js';
import { servicePath } from './call-path.js';
import { CallTable } from './CallTable.js';
import classes from './DependenciesPage.module.css';
import {
  DEPTHS,
  dependenciesPath,
  parseDependenciesParams,
  type DependenciesPageState,
} from './dependencies-params.js';
import { DependencyGraph } from './DependencyGraph.js';
import { visibleText } from '../../shared/visible-text.js';

const DependenciesPage = () => {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const state = parseDependenciesParams(params);
  const { range, service, depth } = state;
  const calls = useQuery({ ...callsQuery(range), placeholderData: keepPreviousData });
  const all = useMemo(() => (calls.data === undefined ? undefined : markCalls(calls.data)), [calls.data]);
  const shown = all === undefined || service === '' ? all : focusCalls(all, service, depth);
  const search = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => search.current?.select()]]);

  const show = (edit: Partial<DependenciesPageState>) =>
    void navigate(dependenciesPath({ ...state, ...edit }));
  const focusPath = (name: string) => dependenciesPath({ ...state, service: name });
  const services = servicesOf(all ?? []);

  return (
    <div className={classes.page}>
      <title>{visibleText(`${service === '' ? '' : `${service} · `}Dependencies · Lantern`)}</title>
      <div className={classes.bar}>
        <h1 className={classes.heading}>Dependencies</h1>
        {shown !== undefined && (
          <span className={classes.note} aria-live="polite">
            {formatCounted(servicesOf(shown).length, 'service')}, {formatCounted(shown.length, 'connection')}
            {calls.isError && <span className={classes.stale}> · not updated: {calls.error.message}</span>}
          </span>
        )}
        <div className={classes.tools}>
          {service !== '' && (
            <>
              <Button component={Link} to={servicePath(service, range)}>
                Traces
              </Button>
              <Button component={Link} to={servicesPath({ service, range })}>
                Figures
              </Button>
              <Select
                className={classes.depth ?? ''}
                aria-label="Depth"
                data={DEPTHS.map((count) => ({
                  value: String(count),
                  label: `${formatCounted(count, 'call')} away`,
                }))}
                value={String(depth)}
                allowDeselect={false}
                onChange={(value) => show({ depth: Number(value) })}
              />
            </>
          )}
          <Select
            ref={search}
            className={classes.service ?? ''}
            aria-label="Service in the middle"
            placeholder="Find a service"
            data={service === '' || services.includes(service) ? services : [service, ...services]}
            value={service === '' ? null : service}
            onChange={(name) => show({ service: name ?? '' })}
            searchable
            clearable
            clearButtonProps={{ 'aria-label': 'All services' }}
            nothingFoundMessage="No such service in this time"
          />
          <TimeRangeSelect range={range} onChange={(next) => show({ range: next })} />
        </div>
      </div>
      {calls.isPending ? (
        <div className={classes.loading} role="status" aria-label="Loading the calls" />
      ) : shown === undefined ? (
        <LoadFailed
          what="The dependencies"
          error={calls.error ?? new Error('The calls did not come.')}
          onRetry={() => void calls.refetch()}
          isRetrying={calls.isFetching}
        />
      ) : shown.length === 0 ? (
        <Notice
          title={service === '' ? 'No service called another' : `${visibleText(service)} has no connections`}
          icon={<IconTopologyStar3 size={28} stroke={1.5} />}
        >
          {service === '' ? (
            <p>
              In this time no trace crossed from one service to another. Choose a longer time, or look at{' '}
              <Link to="/search">the latest traces</Link>: a graph needs traces of two services at least.
            </p>
          ) : (
            <>
              <p>In this time it called nobody, and nobody called it.</p>
              <Button leftSection={<IconX size={13} />} onClick={() => show({ service: '' })}>
                Show all services
              </Button>
            </>
          )}
        </Notice>
      ) : (
        <div className={classes.found} data-stale={calls.isPlaceholderData}>
          <DependencyGraph calls={shown} range={range} focus={service} focusPath={focusPath} />
          <p className={classes.legend}>
            On an arrow: calls · p95 of the called side · share that failed.{' '}
            <span data-mark="failing">Red</span>: more than 5 % failed. <span data-mark="new">new</span>: not
            seen in the time of the same length before. <span data-mark="cycle">↻</span>: a circle of calls.
          </p>
          <CallTable calls={shown} range={range} focusPath={focusPath} />
        </div>
      )}
    </div>
  );
};

export default DependenciesPage;
