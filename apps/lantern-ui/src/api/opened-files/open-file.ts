import type { TraceId } from '@lantern/telemetry-model';
import { queryOptions } from '@tanstack/react-query';
import type { TraceSummary } from '../trace-summaries.js';
import type { OpenedFile } from './open-file-worker.js';
import { openedTrace, tracesOfFile } from './opened-traces.js';

/** What a file may weigh: more would not fit into the memory of a page. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;

/**
 * Opens a file of traces; nothing of it is sent anywhere.
 *
 * @throws {Error} that says why it cannot be opened
 */
export const openTraceFile = async (file: File): Promise<readonly string[]> => {
  if (file.size > MAX_FILE_BYTES) throw new Error(`${file.name} is larger than 512 MiB.`);
  const worker = new Worker(new URL('./open-file-worker.ts', import.meta.url), { type: 'module' });
  try {
    const opened = await new Promise<OpenedFile>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<OpenedFile>) => resolve(data));
      worker.addEventListener('error', ({ message }) =>
        reject(new Error(message || 'The part of the page that reads files did not start.')),
      );
      worker.postMessage(file);
    });
    if ('problem' in opened) throw new Error(`${file.name} cannot be opened. ${opened.problem}`);
    return opened.traceIds;
  } finally {
    worker.terminate();
  }
};

/** The traces of a file, the newest first. Empty when it is not open here any more. */
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

/** From which file a trace is; null when from none. */
export const fileOfTraceQuery = (traceId: TraceId) =>
  queryOptions({
    queryKey: ['opened-trace', traceId],
    queryFn: async () => (await openedTrace(traceId))?.file ?? null,
    retry: false,
  });
