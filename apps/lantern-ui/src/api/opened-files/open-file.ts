import type { V3TraceSummaries } from '@lantern/query-api/wire';
import type { TraceId, UnixNano } from '@lantern/telemetry-model';
import { queryOptions } from '@tanstack/react-query';
import { rfc3339 } from '../../time-range/time-range.js';
import { getJson } from '../http.js';
import type { TraceSummary } from '../trace-summaries.js';
import type { OpenedFile } from './open-file-worker.js';
import { openedTrace, tracesOfFile } from './opened-traces.js';

/** Maximum size of a file; more would exceed the memory of a page. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;

/**
 * Opens a trace file. Nothing is uploaded.
 *
 * @throws {Error} whose message names the reason
 */
export const openTraceFile = async (file: File): Promise<readonly string[]> => {
  if (file.size > MAX_FILE_BYTES) throw new Error(`${file.name} is larger than 512 MiB.`);
  const worker = new Worker(new URL('./open-file-worker.ts', import.meta.url), { type: 'module' });
  try {
    const opened = await new Promise<OpenedFile>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<OpenedFile>) => resolve(data));
      worker.addEventListener('error', ({ message }) =>
        reject(new Error(message || 'The file worker did not start. Reload the page.')),
      );
      worker.postMessage(file);
    });
    if ('problem' in opened) throw new Error(`${file.name} cannot be opened. ${opened.problem}`);
    return opened.traceIds;
  } finally {
    worker.terminate();
  }
};

/** Query for the traces of a file, newest first. Empty if the file is not open any more. */
export const fileTracesQuery = (file: string) =>
  queryOptions({
    queryKey: ['opened-file', file],
    enabled: file !== '',
    queryFn: async (): Promise<TraceSummary[]> =>
      (await tracesOfFile(file))
        .map(({ summary }) => summary)
        .sort((a, b) => (a.startUnixNano < b.startUnixNano ? 1 : -1)),
    structuralSharing: false,
  });

/** Query for the file that a trace was opened from; null for a trace of Lantern. */
export const fileOfTraceQuery = (traceId: TraceId) =>
  queryOptions({
    queryKey: ['opened-trace', traceId],
    queryFn: async () => (await openedTrace(traceId))?.file ?? null,
    retry: false,
  });

/** Padding of the time range, because clocks differ and files may be partial. */
const PADDING_MICROS = 3_600_000_000n;

/** Query for whether Lantern also stores a trace that was opened from a file. */
export const isStoredQuery = (traceId: TraceId, startUnixNano: UnixNano) =>
  queryOptions({
    queryKey: ['opened-trace-stored', traceId, String(startUnixNano)],
    queryFn: async ({ signal }): Promise<boolean> => {
      const startMicros = startUnixNano / 1_000n;
      const answer = await getJson({
        path: '/api/v3/trace-summaries',
        params: {
          'query.startTimeMin': rfc3339(startMicros - PADDING_MICROS),
          'query.startTimeMax': rfc3339(startMicros + PADDING_MICROS),
          'query.searchDepth': '1',
          'query.filter': JSON.stringify({
            op: 'eq',
            args: [{ field: { level: 'span', name: 'traceID' } }, { scalar: { value: traceId } }],
          }),
        },
        signal,
      });
      return ((answer as Partial<V3TraceSummaries>).summaries ?? []).length > 0;
    },
  });
