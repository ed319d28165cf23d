import { ApiError } from '../http.js';
import type { TraceApi } from './trace-api.js';
import type { WorkerAnswer, WorkerCall, WorkerFault } from './worker-host.js';

type Remote = {
  [K in keyof TraceApi]: (
    ...args: [...Parameters<TraceApi[K]>, AbortSignal?]
  ) => Promise<ReturnType<TraceApi[K]>>;
};

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** Client of the trace worker. */
class TraceWorkerClient {
  private readonly worker = new Worker(new URL('./trace-worker.ts', import.meta.url), { type: 'module' });
  private readonly waiting = new Map<number, Waiting>();
  private calls = 0;

  constructor() {
    this.worker.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => {
      const waiting = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if ('fault' in data) waiting?.reject(errorOf(data.fault));
      else waiting?.resolve(data.value);
    });
    this.worker.addEventListener('error', ({ message }) => {
      // The worker may be out of memory, or its code may be gone after an update. The next call starts a new one.
      this.worker.terminate();
      if (client === this) client = undefined;
      const reason = new Error(message || 'The trace worker did not start. Reload the page.');
      for (const { reject } of this.waiting.values()) reject(reason);
      this.waiting.clear();
    });
  }

  call(method: string, args: readonly unknown[], signal: AbortSignal | undefined): Promise<unknown> {
    const id = ++this.calls;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      signal?.addEventListener('abort', () => this.send({ abort: id }), { once: true });
      this.send({ id, method, args });
    });
  }

  private send(call: WorkerCall): void {
    this.worker.postMessage(call);
  }
}

const errorOf = ({ message, path, status }: WorkerFault): Error =>
  path === undefined ? new Error(message) : new ApiError(message, path, status);

let client: TraceWorkerClient | undefined;

const method = <K extends keyof TraceApi>(name: K): Remote[K] =>
  ((...args: unknown[]) => {
    const last = args.at(-1);
    const signal = last instanceof AbortSignal ? last : undefined;
    client ??= new TraceWorkerClient();
    return client.call(name, signal === undefined ? args : args.slice(0, -1), signal);
  }) as Remote[K];

/** Trace worker, started by the first call. */
export const traceWorker: Remote = {
  open: method('open'),
  find: method('find'),
  span: method('span'),
  statistics: method('statistics'),
  calls: method('calls'),
  sort: method('sort'),
  detections: method('detections'),
  describe: method('describe'),
  compare: method('compare'),
  report: method('report'),
};

/** Starts the worker in advance, while the page still loads its code: it takes some tens of milliseconds. */
export const startTraceWorker = (): void => {
  client ??= new TraceWorkerClient();
};
