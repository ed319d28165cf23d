import { openBlockStore, type LogStore, type TraceStore } from '@lantern/telemetry-store';
import type { Config } from './config.js';
import type { Report } from './transport/errors/failure.js';

export interface Stores {
  readonly traces: TraceStore;
  readonly logs: LogStore;
  /** Reason why every request is refused; undefined when there is none. */
  unavailable(): string | undefined;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the stores of spans and log lines: in the data folder where the configuration names one, in memory otherwise.
 *
 * @throws {FolderError}
 */
export const openStores = (
  { dataDir, maxTraceBytes, maxLogBytes, retentionMillis, durability }: Config,
  report: Report,
): Stores => {
  return openBlockStore({
    ...(dataDir === undefined ? undefined : { folder: dataDir, durability }),
    maxBytes: maxTraceBytes,
    maxLogBytes,
    report,
    ...(retentionMillis === undefined ? undefined : { maxAgeMillis: retentionMillis }),
  });
};
