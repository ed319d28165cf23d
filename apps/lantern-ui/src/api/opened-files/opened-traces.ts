import type { TraceId } from '@lantern/telemetry-model';
import type { FileTrace } from './read-trace-file.js';

/** A trace of a file that was opened in this browser. */
export interface OpenedTrace extends FileTrace {
  readonly file: string;
}

/** Maximum number of opened traces that the browser stores, so that a reload of the page finds them. */
const MOST_TRACES = 500;

const DATABASE = 'lantern-opened-files';
const TRACES = 'traces';

/** Opens the browser's own database, which pages and workers share. Nothing of it is sent to a server. */
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
  new Error(`The browser cannot store opened files: ${error?.message ?? 'it gives no reason'}`, {
    cause: error,
  });

/**
 * Resolves when the transaction is complete: only then do other connections see what it wrote, and only then does it
 * survive the end of the worker that wrote it. A request that succeeded can still be undone.
 *
 * @see https://w3c.github.io/IndexedDB/#transaction-lifecycle
 */
export const completed = (transaction: Pick<IDBTransaction, 'addEventListener' | 'error'>): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(failureOf(transaction.error)));
  });

const withStore = async <T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> => {
  const open = await database();
  try {
    const transaction = open.transaction(TRACES, mode);
    const request = work(transaction.objectStore(TRACES));
    await completed(transaction);
    return request.result;
  } finally {
    open.close();
  }
};

/**
 * Stores the traces of a file, all or none. They replace stored traces of the same IDs; when there would be more than
 * {@link MOST_TRACES}, the traces of files that were opened before are discarded.
 */
export const keepTraces = async (file: string, traces: readonly FileTrace[]): Promise<void> => {
  await withStore('readwrite', (store) => {
    const count = store.count();
    count.onsuccess = () => {
      if (count.result + traces.length > MOST_TRACES) store.clear();
      for (const trace of traces) store.put({ ...trace, file });
    };
    return count;
  });
};

/**
 * Returns the trace of an opened file; undefined without one. A browser that denies access to its database, as in some
 * private windows, has no opened files: {@link keepTraces} reports the reason when a file is opened.
 */
export const openedTrace = async (traceId: TraceId): Promise<OpenedTrace | undefined> => {
  try {
    return await withStore('readonly', (store) => store.get(traceId) as IDBRequest<OpenedTrace | undefined>);
  } catch {
    return undefined;
  }
};

export const tracesOfFile = async (file: string): Promise<OpenedTrace[]> =>
  withStore('readonly', (store) => store.index('file').getAll(file) as IDBRequest<OpenedTrace[]>);

export const forgetTrace = async (traceId: TraceId): Promise<void> =>
  withStore('readwrite', (store) => store.delete(traceId));
