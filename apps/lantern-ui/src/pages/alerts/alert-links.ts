import type { Alert } from '../../api/alerts.js';
import type { TimeRange } from '../../time-range/time-range.js';
import { logsPath } from '../logs/logs-params.js';
import { quoted } from '../logs/query-edit.js';
import { metricsPath } from '../metrics/metrics-params.js';
import { searchPath } from '../search/search-params.js';

/** Time before an alert that its pages show. Rules typically compute rates over five minutes. */
const BEFORE_MILLIS = 10 * 60_000;
/** Time after the beginning of an alert that its pages show at most. Those of an alert of last week would be slow. */
const MAX_AFTER_MILLIS = 60 * 60_000;

/** Links from an alert to the telemetry that explains it. */
export interface AlertLinks {
  /** Undefined if the alert names no service. */
  readonly failedTraces: string | undefined;
  readonly logLines: string | undefined;
  readonly metric: string;
}

/** Levels of log lines that report a failure, as Loki detects them. */
const FAILURE_LEVELS = 'error|critical|fatal';

/**
 * Path of the page of a service. It stands here because the services page shows alerts, and folders of pages do not import each
 * other both ways; a test compares it with that page.
 */
export const servicePath = (service: string): string =>
  `/monitor?${new URLSearchParams({ service }).toString()}`;

export const alertLinks = ({ service, activeMillis, rule }: Alert, nowMillis: number): AlertLinks => {
  const range = windowOf(activeMillis, nowMillis);
  return {
    failedTraces: service === undefined ? undefined : searchPath({ service, range, tags: { error: 'true' } }),
    logLines:
      service === undefined
        ? undefined
        : logsPath({
            query: `{service_name=${quoted(service)}} | detected_level=~"${FAILURE_LEVELS}"`,
            range,
          }),
    metric: metricsPath({ queries: [rule.query], range }),
  };
};

/** Time range from shortly before the alert until now, or until an hour after it began. */
const windowOf = (activeMillis: number, nowMillis: number): TimeRange => {
  const began = Math.min(activeMillis, nowMillis);
  return {
    kind: 'fixed',
    startMicros: BigInt(Math.floor(began - BEFORE_MILLIS)) * 1_000n,
    endMicros: BigInt(Math.ceil(Math.min(nowMillis, began + MAX_AFTER_MILLIS))) * 1_000n,
  };
};
