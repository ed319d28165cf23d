import {
  openBlockStore,
  openMemoryLogStore,
  openMemoryTraceStore,
  type LogStore,
  type TraceStore,
} from '@lantern/telemetry-store';
import type { Config } from './config.js';
import type { Report } from './http/failure.js';

export interface Stores {
  readonly traces: TraceStore;
  readonly logs: LogStore;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * The stores of spans and log lines: durable, both in one folder, where a data folder is named; in memory otherwise.
 *
 * @throws {FolderError}
 */
export const openStores = (
  { dataDir, maxTraceBytes, maxLogBytes, retentionMillis, durability }: Config,
  report: Report,
): Stores => {
  if (dataDir === undefined) {
    const traces = openMemoryTraceStore({ maxBytes: maxTraceBytes });
    const logs = openMemoryLogStore({ maxBytes: maxLogBytes });
    return {
      traces,
      logs,
      close: async () => {
        await Promise.all([traces.close(), logs.close()]);
      },
    };
  }
  return openBlockStore({
    folder: dataDir,
    durability,
    maxBytes: maxTraceBytes,
    maxLogBytes,
    report,
    ...(retentionMillis === undefined ? undefined : { maxAgeMillis: retentionMillis }),
  });
};
