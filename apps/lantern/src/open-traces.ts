import { openBlockStore, openMemoryTraceStore, type TraceStore } from '@lantern/telemetry-store';
import type { Config } from './config.js';
import type { Report } from './http/failure.js';

/**
 * The store of the spans: durable where a data folder is named, in memory otherwise.
 *
 * @throws {FolderError}
 */
export const openTraces = (
  { dataDir, maxTraceBytes, retentionMillis }: Config,
  report: Report,
): { readonly traces: TraceStore; readonly close: () => Promise<void> } => {
  if (dataDir === undefined) {
    const traces = openMemoryTraceStore({ maxBytes: maxTraceBytes });
    return { traces, close: () => traces.close() };
  }
  const store = openBlockStore({
    folder: dataDir,
    maxBytes: maxTraceBytes,
    report,
    ...(retentionMillis === undefined ? undefined : { maxAgeMillis: retentionMillis }),
  });
  return { traces: store.traces, close: () => store.close() };
};
