import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { keepPreviousOf } from '../../api/keep-previous.js';
import type { ComparedStats } from '../../api/operation-stats.js';
import { recoveryInterval } from '../../api/query-client.js';
import { serviceMetricsQuery } from '../../api/service-metrics.js';
import { formatCounted } from '../../shared/format/count.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { KIND_GROUPS, operationRows, type KindGroup } from './operation-rows.js';
import { OperationTable } from './OperationTable.js';
import { RuntimeCharts } from './RuntimeCharts.js';
import { ServiceAlerts } from './ServiceAlerts.js';
import { ServiceCharts, ServiceChartsSkeleton } from './ServiceCharts.js';
import type { ServicesPageState } from './services-params.js';
import { TraceFindings } from './TraceFindings.js';
import frame from '../../shared/PageFrame.module.css';
import classes from './ServicesPage.module.css';

interface ServiceDetailsProps {
  readonly state: ServicesPageState;
  readonly stats: ComparedStats;
  readonly refreshMillis: number | false;
  readonly onKinds: (kinds: KindGroup) => void;
}

const KIND_LABELS: Readonly<Record<KindGroup, string>> = {
  requests: 'Received requests',
  server: 'server',
  consumer: 'consumer',
  client: 'client',
  producer: 'producer',
  internal: 'internal',
  all: 'All kinds',
};

/** Details of one service: alerts, charts, operations and its runtime. */
export const ServiceDetails = ({ state, stats, refreshMillis, onKinds }: ServiceDetailsProps) => {
  const { service, range, kinds } = state;
  const metrics = useQuery({
    ...serviceMetricsQuery(service, range),
    placeholderData: keepPreviousOf('service-metrics', service),
    refetchInterval: refreshMillis === false ? recoveryInterval : refreshMillis,
  });
  const rows = operationRows(stats, kinds);
  return (
    <>
      <ServiceAlerts service={service} />
      {metrics.data !== undefined ? (
        <ServiceCharts metrics={metrics.data} />
      ) : metrics.isPending ? (
        <ServiceChartsSkeleton />
      ) : (
        <LoadFailed
          what="The charts"
          error={metrics.error}
          onRetry={() => void metrics.refetch()}
          isRetrying={metrics.isFetching}
        />
      )}
      <div className={classes.section}>
        <h2 className={classes.subheading}>Operations</h2>
        <span className={frame.note}>{formatCounted(rows.length, 'operation')}</span>
        <Select
          className={classes.kinds ?? ''}
          aria-label="Kind of operations"
          data={KIND_GROUPS.map((group) => ({ value: group, label: KIND_LABELS[group] }))}
          value={kinds}
          allowDeselect={false}
          onChange={(value) => onKinds(KIND_GROUPS.find((group) => group === value) ?? 'requests')}
        />
      </div>
      {rows.length === 0 ? (
        <p className={classes.none}>
          No operations of this kind in the selected time range. Choose “All kinds” to see all operations.
        </p>
      ) : (
        <OperationTable rows={rows} range={range} />
      )}
      <TraceFindings service={service} range={range} />
      <RuntimeCharts service={service} range={range} refreshMillis={refreshMillis} />
    </>
  );
};
