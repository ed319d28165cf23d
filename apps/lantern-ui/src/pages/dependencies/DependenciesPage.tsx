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
import frame from '../../shared/PageFrame.module.css';
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
    <div className={frame.scrolling}>
      <title>{visibleText(`${service === '' ? '' : `${service} · `}Dependencies · Lantern`)}</title>
      <div className={frame.bar}>
        <h1 className={frame.heading}>Dependencies</h1>
        {shown !== undefined && (
          <span className={frame.note} aria-live="polite">
            {formatCounted(servicesOf(shown).length, 'service')}, {formatCounted(shown.length, 'connection')}
            {calls.isError && <span className={frame.stale}> · not updated: {calls.error.message}</span>}
          </span>
        )}
        <div className={frame.tools}>
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
            aria-label="Focused service"
            placeholder="Find a service"
            data={service === '' || services.includes(service) ? services : [service, ...services]}
            value={service === '' ? null : service}
            onChange={(name) => show({ service: name ?? '' })}
            searchable
            clearable
            clearButtonProps={{ 'aria-label': 'All services' }}
            nothingFoundMessage="No such service in the selected range"
          />
          <TimeRangeSelect range={range} onChange={(next) => show({ range: next })} />
        </div>
      </div>
      {calls.isPending ? (
        <div className={classes.loading} role="status" aria-label="Loading calls" />
      ) : shown === undefined ? (
        <LoadFailed
          what="The dependencies"
          error={calls.error ?? new Error('The response has no calls.')}
          onRetry={() => void calls.refetch()}
          isRetrying={calls.isFetching}
        />
      ) : shown.length === 0 ? (
        <Notice
          title={service === '' ? 'No calls between services' : `${visibleText(service)} has no connections`}
          icon={<IconTopologyStar3 size={28} stroke={1.5} />}
        >
          {service === '' ? (
            <p>
              No trace in the selected time range spans two services. Choose a longer range, or open{' '}
              <Link to="/search">the latest traces</Link>.
            </p>
          ) : (
            <>
              <p>No calls to or from this service in the selected range.</p>
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
            Arrow labels: calls · p95 of the callee · failed share. <span data-mark="failing">Red</span>: more
            than 5 % failed. <span data-mark="new">new</span>: not seen in the previous period of the same
            length. <span data-mark="cycle">↻</span>: a call cycle.
          </p>
          <CallTable calls={shown} range={range} focusPath={focusPath} />
        </div>
      )}
    </div>
  );
};

export default DependenciesPage;
