import { Button, Select } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconActivity } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { keepPreviousOf } from '../../api/keep-previous.js';
import { operationStatsQuery } from '../../api/operation-stats.js';
import { recoveryInterval } from '../../api/query-client.js';
import { servicesQuery } from '../../api/services.js';
import { formatCounted } from '../../shared/format/count.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { Notice } from '../../shared/Notice.js';
import { lookbackRange, rangePhrase } from '../../time-range/time-range.js';
import { TimeRangeSelect } from '../../shared/TimeRangeSelect.js';
import { searchPath } from '../search/search-params.js';
import { ServiceDetails } from './ServiceDetails.js';
import { COMPARISONS, parseServicesParams, servicesPath, type ServicesPageState } from './services-params.js';
import frame from '../../shared/PageFrame.module.css';
import classes from './ServicesPage.module.css';
import { ServiceTable } from './ServiceTable.js';
import { visibleText } from '../../shared/visible-text.js';

/** Polling interval while the range ends now. */
const REFRESH_MILLIS = 15_000;

/** Page of all services, or of one: requests, errors and latency, compared with an earlier period. */
const ServicesPage = () => {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const state = parseServicesParams(params);
  const { service, range, compare } = state;
  const services = useQuery(servicesQuery());
  const earlier = COMPARISONS.find(({ value }) => value === compare)?.earlierMillis;
  const stats = useQuery({
    ...operationStatsQuery(service, range, earlier),
    placeholderData: keepPreviousOf('operation-stats', service),
    refetchInterval: range.kind === 'lookback' ? REFRESH_MILLIS : recoveryInterval,
  });
  const search = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => search.current?.select()]]);

  const show = (edit: Partial<ServicesPageState>) => void navigate(servicesPath({ ...state, ...edit }));
  const names = services.data ?? [];
  const isEmpty = stats.data?.now.operations.length === 0;

  return (
    <div className={frame.scrolling}>
      <title>{visibleText(`${service === '' ? '' : `${service} · `}Services · Lantern`)}</title>
      <div className={frame.bar}>
        <h1 className={frame.heading}>
          {service === '' ? (
            'Services'
          ) : (
            <>
              <Link to={servicesPath({ ...state, service: '' })} className={classes.up}>
                Services
              </Link>{' '}
              / <bdi>{visibleText(service)}</bdi>
            </>
          )}
        </h1>
        {stats.data !== undefined && (
          <span className={frame.note} aria-live="polite">
            {service === '' && formatCounted(stats.data.now.services.length, 'service')}
            {stats.isError && <span className={frame.stale}> not updated: {stats.error.message}</span>}
          </span>
        )}
        <div className={frame.tools}>
          {service !== '' && (
            <Button component={Link} to={searchPath({ service, range })}>
              Traces
            </Button>
          )}
          <Select
            ref={search}
            className={classes.service ?? ''}
            aria-label="Service"
            placeholder="All services"
            data={service === '' || names.includes(service) ? names : [service, ...names]}
            value={service === '' ? null : service}
            onChange={(name) => show({ service: name ?? '' })}
            searchable
            clearable
            clearButtonProps={{ 'aria-label': 'All services' }}
            nothingFoundMessage="No such service"
          />
          <Select
            className={classes.compare ?? ''}
            aria-label="Compare with"
            data={COMPARISONS.map(({ value, label }) => ({ value, label: `Compare with ${label}` }))}
            value={compare}
            allowDeselect={false}
            onChange={(value) =>
              show({ compare: COMPARISONS.find((known) => known.value === value)?.value ?? 'before' })
            }
          />
          <TimeRangeSelect range={range} onChange={(next) => show({ range: next })} />
        </div>
      </div>
      {stats.isPending ? (
        <div className={classes.loading} role="status" aria-label="Loading metrics" />
      ) : stats.data === undefined ? (
        <LoadFailed
          what="The metrics"
          error={stats.error}
          onRetry={() => void stats.refetch()}
          isRetrying={stats.isFetching}
        />
      ) : isEmpty ? (
        <Notice
          title={service === '' ? 'No requests' : `No requests to ${visibleText(service)}`}
          icon={<IconActivity size={28} stroke={1.5} />}
        >
          <p>
            Lantern counted no requests {rangePhrase(range)}. Lantern computes the metrics from received
            spans; they need no further setup.
          </p>
          <p>
            <Link to={servicesPath({ ...state, range: lookbackRange('7d') })}>Show the last 7 days</Link>
          </p>
        </Notice>
      ) : (
        <div className={classes.found} data-stale={stats.isPlaceholderData}>
          {service === '' ? (
            <ServiceTable
              stats={stats.data}
              range={range}
              pathOf={(name) => servicesPath({ ...state, service: name })}
            />
          ) : (
            <ServiceDetails
              state={state}
              stats={stats.data}
              refreshMillis={range.kind === 'lookback' ? REFRESH_MILLIS : false}
              onKinds={(kinds) => show({ kinds })}
            />
          )}
        </div>
      )}
    </div>
  );
};

export default ServicesPage;
