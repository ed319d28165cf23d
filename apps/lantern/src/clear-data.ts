import type { LogIngest } from './ingest/logs/log-ingest.js';
import type { MetricIngest } from './ingest/metrics/metric-ingest.js';
import type { Stores } from './open-stores.js';
import type { SpanMetrics } from './span-metrics/span-metrics.js';

export interface DataHolders {
  readonly stores: Stores;
  readonly logIngest: LogIngest;
  readonly metricIngest: MetricIngest;
  readonly spanMetrics: SpanMetrics;
}

/**
 * Deletes all data, and what the parts of Lantern remember of it: newest times of streams, totals of deltas, counters of spans.
 * Scrapes and rules go on. An alert ends when its rule is evaluated next, so that receivers learn of it. Known addresses of services
 * are kept, so that the first trace afterwards is waited for like any other.
 *
 * @throws WriteError
 */
export const clearData = async ({
  stores,
  logIngest,
  metricIngest,
  spanMetrics,
}: DataHolders): Promise<void> => {
  await spanMetrics.restartAfter(() => stores.clear());
  logIngest.forgetStreams();
  metricIngest.forgetTotals();
};
