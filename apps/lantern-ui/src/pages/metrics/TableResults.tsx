import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { promqlInstantQuery, type PromqlSample } from '../../api/prometheus.js';
import { servicesQuery } from '../../api/services.js';
import { formatShortTime } from '../../shared/format/time.js';
import { Notice } from '../../shared/Notice.js';
import table from '../../shared/table/Table.module.css';
import { visibleText } from '../../shared/visible-text.js';
import type { TimeRange } from '../../time-range/time-range.js';
import classes from './RangeResults.module.css';
import { seriesName, serviceOfSeries } from './series-name.js';
import { ServiceLinks } from './ServiceLinks.js';

/** Maximum number of rows for each query. */
const MOST_ROWS = 500;

interface TableResultsProps {
  /** Queries that are not empty. */
  readonly queries: readonly string[];
  readonly range: TimeRange;
}

/** Values of the queries at the end of the time range. */
export const TableResults = ({ queries, range }: TableResultsProps) => {
  const results = useQueries({
    queries: queries.map((query) => ({
      ...promqlInstantQuery(query, range),
      placeholderData: keepPreviousData,
    })),
  });
  const services = useQuery(servicesQuery());
  return results.map(({ data, error, isPlaceholderData }, index) => {
    // The errors stand below the queries.
    if (data === undefined || error !== null) return null;
    const { samples, millis } = data;
    return (
      <section key={index} className={classes.results} data-stale={isPlaceholderData}>
        <div className={classes.head}>
          <h2 className={classes.count}>{visibleText(queries[index] ?? '')}</h2>
          <span className={classes.note}>
            at {formatShortTime(millis)}
            {samples.length > MOST_ROWS && ` · the first ${MOST_ROWS} of ${samples.length} series`}
          </span>
        </div>
        {samples.length === 0 ? (
          <Notice title="No data">
            <p>No series has a sample at this time. Browse the metrics to see which exist.</p>
          </Notice>
        ) : (
          <div className={table.frame}>
            <table className={table.table} aria-label={queries[index]}>
              <thead>
                <tr>
                  <th scope="col">Series</th>
                  <th scope="col" className={table.number}>
                    Value
                  </th>
                  <th scope="col">See also</th>
                </tr>
              </thead>
              <tbody>
                {samples.slice(0, MOST_ROWS).map((sample) => (
                  <tr key={JSON.stringify(sample.labels)}>
                    <td className={classes.name}>{visibleText(seriesName(sample.labels) ?? '{}')}</td>
                    <td className={table.number}>{valueOf(sample)}</td>
                    <td>
                      <ServiceLinks
                        service={serviceOfSeries(sample.labels, services.data ?? [])}
                        range={range}
                      />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    );
  });
};

/** Returns all digits of a value, unlike the graph. */
const valueOf = ({ value, histogram }: PromqlSample): string =>
  histogram === undefined ? String(value) : `count ${histogram.count}, sum ${histogram.sum}`;
