import type { TraceId } from '@lantern/telemetry-model';
import type { FileTrace } from './read-trace-file.js';

/** A trace of a file that was opened in this browser. */
export interface OpenedTrace extends FileTrace {
  readonly file: string;
}

/** The last ones are kept, so that loading the page again finds them. */
const MOST_TRACES = 500;

const DATABASE = 'lantern-opened-files';
const TRACES = 'traces';

/** Keeps opened traces in the browser's own database: pages and workers share it, and no server hears of it. */
const database = (): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(TRACES, { keyPath: 'traceId' }).createIndex('file', 'file');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(failureOf(request.error));
  });

const failureOf = (error: DOMException | null): Error =>
  new Error(`The browser does not keep opened files: ${error?.message ?? 'it does not say why'}`, {
    cause: error,
  });

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(failureOf(request.error));
  });

const withStore = async <T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> => {
  const open = await database();
  try {
    return await done(work(open.transaction(TRACES, mode).objectStore(TRACES)));
  } finally {
    open.close();
  }
};

/** Replaces what was kept of the traces before; of more than {@link MOST_TRACES} files of earlier days go. */
export const keepTraces = async (file: string, traces: readonly FileTrace[]): Promise<void> => {
  if ((await withStore('readonly', (store) => store.count())) + traces.length > MOST_TRACES) {
    await withStore('readwrite', (store) => store.clear());
  }
  for (const trace of traces) await withStore('readwrite', (store) => store.put({ ...trace, file }));
};

export const openedTrace = async (traceId: TraceId): Promise<OpenedTrace | undefined> =>
  withStore('readonly', (store) => store.get(traceId) as IDBRequest<OpenedTrace | undefined>);

export const tracesOfFile = async (file: string): Promise<OpenedTrace[]> =>
  withStore('readonly', (store) => store.index('file').getAll(file) as IDBRequest<OpenedTrace[]>);

export const forgetTrace = async (traceId: TraceId): Promise<void> =>
  withStore('readwrite', (store) => store.delete(traceId));
