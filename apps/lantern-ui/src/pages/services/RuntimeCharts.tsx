import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { promqlRangeQuery } from '../../api/prometheus.js';
import { formatNumber } from '../../shared/chart/metric-series.js';
import { TimeChart } from '../../shared/chart/TimeChart.js';
import type { TimeRange } from '../../time-range/time-range.js';
import { RUNTIME_METRICS, runtimeQuery, type RuntimeUnit } from './runtime-metrics.js';
import classes from './ServiceCharts.module.css';
import page from './ServicesPage.module.css';

interface RuntimeChartsProps {
  readonly service: string;
  readonly range: TimeRange;
  readonly refreshMillis: number | false;
}

const FORMATS: Readonly<Record<RuntimeUnit, (value: number) => string>> = {
  share: (share) => `${formatNumber(share * 100)} %`,
  seconds: (seconds) => `${formatNumber(seconds * 1_000)} ms`,
  bytes: (bytes) => `${formatNumber(bytes / 1e6)} MB`,
};

const COLORS = ['var(--chart-strong)', 'var(--chart-medium)'] as const;

/** Charts of the Node.js runtime of a service. Nothing without such metrics. */
export const RuntimeCharts = ({ service, range, refreshMillis }: RuntimeChartsProps) => {
  const [hovered, setHovered] = useState<number>();
  const lines = RUNTIME_METRICS.flatMap(({ title, lines: parts }) =>
    parts.map((part) => ({ title, ...part })),
  );
  const results = useQueries({
    queries: lines.map(({ expression }) => ({
      ...promqlRangeQuery(runtimeQuery(expression, service), range),
      refetchInterval: refreshMillis,
    })),
  });
  const charts = RUNTIME_METRICS.map(({ title, unit }) => ({
    title,
    unit,
    lines: lines.flatMap((line, index) => {
      const points = results[index]?.data?.series[0]?.points;
      return line.title === title && points !== undefined ? [{ name: line.name, points }] : [];
    }),
  })).filter((chart) => chart.lines.length > 0);
  const time = results.find(({ data }) => data !== undefined && data.series.length > 0)?.data;
  if (time === undefined) return null;
  const { startMillis, endMillis, stepMillis } = time;
  return (
    <section className={page.runtime}>
      <h2 className={page.subheading}>Runtime</h2>
      <div className={classes.charts}>
        {charts.map(({ title, unit, lines: drawn }) => (
          <TimeChart
            key={title}
            title={title}
            format={FORMATS[unit]}
            lines={drawn.map((line, index) => ({
              ...line,
              color: COLORS[index % COLORS.length] ?? COLORS[0],
            }))}
            startMillis={startMillis}
            endMillis={endMillis}
            stepMillis={stepMillis}
            hovered={hovered}
            onHover={setHovered}
          />
        ))}
      </div>
    </section>
  );
};
