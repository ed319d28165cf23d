import { useState } from 'react';
import type { ServiceMetrics } from '../../api/service-metrics.js';
import { TimeChart } from '../../shared/chart/TimeChart.js';
import { ALARMING_ERROR_SHARE, formatMillis, formatPercent, formatRate } from '../../shared/format/rate.js';
import classes from './ServiceCharts.module.css';

/** Colors of the lines of a chart, from faint to strong. */
const [FAINT, MEDIUM, STRONG] = ['var(--chart-faint)', 'var(--chart-medium)', 'var(--chart-strong)'] as const;

/** Charts of request rate, error rate and latency of a service. */
export const ServiceCharts = ({ metrics }: { readonly metrics: ServiceMetrics }) => {
  const [hovered, setHovered] = useState<number>();
  const { startMillis, endMillis, stepMillis, rate, errors, p50, p95, p99 } = metrics;
  const shared = { startMillis, endMillis, stepMillis, hovered, onHover: setHovered };
  return (
    <div className={classes.charts}>
      <TimeChart
        title="Latency"
        format={formatMillis}
        lines={[
          { name: 'p50', color: STRONG, points: p50 },
          { name: 'p95', color: MEDIUM, points: p95 },
          { name: 'p99', color: FAINT, points: p99 },
        ]}
        {...shared}
      />
      <TimeChart
        title="Failed"
        format={formatPercent}
        limit={ALARMING_ERROR_SHARE}
        lines={[{ name: 'failed', color: 'var(--error)', points: errors }]}
        {...shared}
      />
      <TimeChart
        title="Requests"
        format={formatRate}
        lines={[{ name: 'requests', color: STRONG, points: rate }]}
        {...shared}
      />
    </div>
  );
};

/** Placeholder with the height of the charts, to avoid a layout shift. */
export const ServiceChartsSkeleton = () => (
  <div className={classes.charts} aria-hidden>
    {Array.from({ length: 3 }, (_, chart) => (
      <div key={chart} className={classes.skeleton} />
    ))}
  </div>
);
