import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import type { ComparedStats, ServiceStats } from '../../api/operation-stats.js';
import { callRatesQuery } from '../../api/service-metrics.js';
import { Sparkline } from '../../shared/chart/Sparkline.js';
import { ALARMING_ERROR_SHARE, formatMillis, formatPercent, formatRate } from '../../shared/format/rate.js';
import { ServiceName } from '../../shared/ServiceName.js';
import { visibleText } from '../../shared/visible-text.js';
import { SortHead } from '../../shared/table/SortHead.js';
import table from '../../shared/table/Table.module.css';
import type { TimeRange } from '../../time-range/time-range.js';
import { changeOf, errorShare, slowerOperation } from './change.js';
import { ChangeMark } from './ChangeMark.js';

interface ServiceTableProps {
  readonly stats: ComparedStats;
  readonly range: TimeRange;
  /** Returns the path of the page of a service. */
  readonly pathOf: (service: string) => string;
}

const COLUMNS = [
  { label: 'Service', isNumber: false, value: ({ name }: ServiceStats) => name.toLowerCase() },
  { label: 'Requests', isNumber: true, value: ({ callCount }: ServiceStats) => callCount },
  { label: 'Failed', isNumber: true, value: errorShare },
  { label: 'p50', isNumber: true, value: ({ latencyMs }: ServiceStats) => latencyMs.p50 },
  { label: 'p95', isNumber: true, value: ({ latencyMs }: ServiceStats) => latencyMs.p95 },
  { label: 'p99', isNumber: true, value: ({ latencyMs }: ServiceStats) => latencyMs.p99 },
] as const;

/** Table of all services with request rate, error rate and latency. */
export const ServiceTable = ({ stats: { seconds, now, before }, range, pathOf }: ServiceTableProps) => {
  const [{ column, descends }, setOrder] = useState({ column: 1, descends: true });
  const names = now.services.map(({ name }) => name).toSorted();
  const rates = useQuery(callRatesQuery(names, range));

  const valueOf = COLUMNS[column]?.value ?? COLUMNS[0].value;
  const services = now.services.toSorted((a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    return x === y ? 0 : x < y === descends ? 1 : -1;
  });
  return (
    <div className={table.frame}>
      <table className={table.table}>
        <caption className={table.hidden}>Services</caption>
        <thead>
          <tr>
            {COLUMNS.map(({ label, isNumber }, index) => (
              <SortHead
                key={label}
                label={label}
                isNumber={isNumber}
                isSorted={index === column}
                descends={descends}
                onSort={() => setOrder({ column: index, descends: index === column ? !descends : isNumber })}
              />
            ))}
            <th scope="col">Requests over time</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {services.map((service) => {
            const { name, callCount, latencyMs } = service;
            const slower = slowerOperation(name, now.operations, before.operations);
            return (
              <tr key={name}>
                <td className={table.name}>
                  <Link to={pathOf(name)}>
                    <ServiceName name={name} />
                  </Link>
                </td>
                <td className={table.number}>{formatRate(callCount / seconds)}</td>
                <td className={table.number} data-alarming={errorShare(service) > ALARMING_ERROR_SHARE}>
                  {formatPercent(errorShare(service))}
                </td>
                {(['p50', 'p95', 'p99'] as const).map((share) => (
                  <td key={share} className={table.number}>
                    {formatMillis(latencyMs[share])}
                  </td>
                ))}
                <td>
                  <Sparkline
                    points={rates.data?.rates.get(name) ?? []}
                    startMillis={rates.data?.startMillis ?? 0}
                    endMillis={rates.data?.endMillis ?? 0}
                  />
                </td>
                <td>
                  <ChangeMark
                    change={changeOf(
                      service,
                      before.services.find((earlier) => earlier.name === name),
                    )}
                  />
                  {slower !== undefined && (
                    <span className={table.faint}>
                      {' '}
                      in <bdi>{visibleText(slower)}</bdi>
                    </span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
};
