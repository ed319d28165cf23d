import { keepTraces } from './opened-traces.js';
import { readTraceFile } from './read-trace-file.js';

export type OpenedFile =
  | { readonly traceIds: readonly string[] }
  /** Reason why the file could not be opened. */
  | { readonly problem: string };

/** Reads files off the main thread: some have a hundred thousand spans. */
addEventListener('message', ({ data: file }: MessageEvent<File>) => {
  const open = async (): Promise<OpenedFile> => {
    try {
      const traces = readTraceFile(await file.text());
      await keepTraces(file.name, traces);
      return { traceIds: traces.map(({ traceId }) => traceId) };
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  };
  void open().then((opened) => postMessage(opened));
});
