import { ApiError } from '../http.js';

/** From the page: what to do, or that an earlier call is of no interest any more. */
export type WorkerCall =
  | { readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly abort: number };

export type WorkerAnswer =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly fault: WorkerFault };

/** An error as it passes between threads, which keep the class of none but their own. */
export interface WorkerFault {
  readonly message: string;
  /** Only of an {@link ApiError}. */
  readonly path?: string | undefined;
  readonly status?: number | undefined;
}

/** The worker's end of the line: does what the page asks, and says what came of it. */
export class WorkerHost {
  readonly #running = new Map<number, AbortController>();

  /** The methods of `api` take what was sent, and a signal behind it. */
  constructor(private readonly api: object) {}

  listen(): void {
    addEventListener('message', ({ data }: MessageEvent<WorkerCall>) => {
      if ('abort' in data) this.#running.get(data.abort)?.abort();
      else void this.#answer(data);
    });
  }

  async #answer({ id, method, args }: Exclude<WorkerCall, { abort: number }>): Promise<void> {
    const abort = new AbortController();
    this.#running.set(id, abort);
    try {
      const run = Reflect.get(this.api, method) as (...args: unknown[]) => Promise<unknown>;
      const value = await run.apply(this.api, [...args, abort.signal]);
      postMessage({ id, value } satisfies WorkerAnswer);
    } catch (error) {
      postMessage({ id, fault: faultOf(error) } satisfies WorkerAnswer);
    } finally {
      this.#running.delete(id);
    }
  }
}

const faultOf = (error: unknown): WorkerFault =>
  error instanceof ApiError
    ? { message: error.message, path: error.path, status: error.status }
    : { message: error instanceof Error ? error.message : String(error) };
