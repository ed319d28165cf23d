import { ApiError } from '../http.js';

/** Message from the page: a call, or the cancellation of an earlier one. */
export type WorkerCall =
  | { readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly abort: number };

export type WorkerAnswer =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly fault: WorkerFault };

/** Error as a message between threads, which do not preserve its class. */
export interface WorkerFault {
  readonly message: string;
  /** Path of an {@link ApiError}. */
  readonly path?: string | undefined;
  readonly status?: number | undefined;
}

/** Executes the calls of the page in the worker and posts their results. */
export class WorkerHost {
  private readonly running = new Map<number, AbortController>();

  /** The methods of `api` receive the arguments of the call, followed by a signal. */
  constructor(private readonly api: object) {}

  listen(): void {
    addEventListener('message', ({ data }: MessageEvent<WorkerCall>) => {
      if ('abort' in data) this.running.get(data.abort)?.abort();
      else void this.answer(data);
    });
  }

  private async answer({ id, method, args }: Exclude<WorkerCall, { abort: number }>): Promise<void> {
    const abort = new AbortController();
    this.running.set(id, abort);
    try {
      const run = Reflect.get(this.api, method) as (...args: unknown[]) => Promise<unknown>;
      const value = await run.apply(this.api, [...args, abort.signal]);
      postMessage({ id, value } satisfies WorkerAnswer);
    } catch (error) {
      postMessage({ id, fault: faultOf(error) } satisfies WorkerAnswer);
    } finally {
      this.running.delete(id);
    }
  }
}

const faultOf = (error: unknown): WorkerFault =>
  error instanceof ApiError
    ? { message: error.message, path: error.path, status: error.status }
    : { message: error instanceof Error ? error.message : String(error) };
