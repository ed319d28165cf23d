import { Worker } from 'node:worker_threads';
import { exitTimeoutMillis } from './exit-timeout.js';

/** Request that is sent while the process ends. */
export interface Parcel {
  url: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

/**
 * Program of a worker thread, which runs while this thread waits. It counts the responses in `state[0]`, and records a
 * success as 1 behind that, at the place of its parcel.
 */
const PROGRAM = `
const { workerData: { parcels, state, timeoutMillis } } = require('node:worker_threads');
for (const [at, { url, headers, body }] of parcels.entries()) {
  let open = true;
  const done = (well) => {
    if (!open) return;
    open = false;
    if (well) Atomics.store(state, at + 1, 1);
    Atomics.add(state, 0, 1);
    Atomics.notify(state, 0);
  };
  try {
    const { request } = require(url.startsWith('https:') ? 'node:https' : 'node:http');
    request(url, { method: 'POST', headers: { ...headers, 'content-length': body.length }, timeout: timeoutMillis })
      .on('response', (response) => { response.resume(); done(response.statusCode >= 200 && response.statusCode < 300); })
      .on('error', () => done(false))
      .end(body);
  } catch {
    done(false);
  }
}
`;

/** Time of the first call, by `performance.now()`; the process has been ending since. */
let endingSince: number | undefined;

/**
 * Sends the parcels and blocks until all have a response, or for at most `timeoutMillis`, and never beyond
 * `OBSERVABILITY_EXIT_TIMEOUT` after the first call of this process. Returns which were accepted. Only for the end of a
 * process: nothing asynchronous of this thread runs any more in an `exit` listener, nor before Node reports an
 * uncaught exception.
 */
export const sendBlocking = (parcels: readonly Parcel[], timeoutMillis: number): boolean[] => {
  if (parcels.length === 0) return [];
  const state = new Int32Array(new SharedArrayBuffer(4 * (parcels.length + 1)));
  const now = performance.now();
  endingSince ??= now;
  const deadline = Math.min(now + timeoutMillis, endingSince + exitTimeoutMillis());
  const worker = new Worker(PROGRAM, {
    eval: true,
    workerData: { parcels, state, timeoutMillis },
    // Without the Node options of this process, above all `--import` of this library.
    execArgv: [],
    env: {},
    stdout: true,
    stderr: true,
  });
  worker.unref();
  for (let answered = 0; answered < parcels.length; answered = Atomics.load(state, 0)) {
    const left = deadline - performance.now();
    if (left <= 0) break;
    Atomics.wait(state, 0, answered, left);
  }
  return parcels.map((_parcel, at) => Atomics.load(state, at + 1) === 1);
};
