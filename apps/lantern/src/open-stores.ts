import { openBlockStore, type LogStore, type MetricStore, type TraceStore } from '@lantern/telemetry-store';
import type { Config } from './config.js';
import type { Report } from './transport/errors/failure.js';

export interface Stores {
  readonly traces: TraceStore;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  /** Reason why every request is refused; undefined when there is none. */
  unavailable(): string | undefined;
  /** Deletes all data of all signals. @throws WriteError */
  clear(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the stores of spans, log lines and metrics: in the data folder where the configuration names one, in memory otherwise.
 *
 * @throws {FolderError}
 */
export const openStores = (
  { dataDir, maxTraceBytes, maxLogBytes, maxMetricBytes, retentionMillis, durability }: Config,
  report: Report,
): Stores => {
  return openBlockStore({
    ...(dataDir === undefined ? undefined : { folder: dataDir, durability }),
    maxBytes: maxTraceBytes,
    maxLogBytes,
    maxMetricBytes,
    report,
    ...(retentionMillis === undefined ? undefined : { maxAgeMillis: retentionMillis }),
  });
};
