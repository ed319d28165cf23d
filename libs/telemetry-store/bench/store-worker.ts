// The store in a thread of its own, as a measurement needs it: `append`, `find` and `get`, one message each.
import { parentPort, workerData } from 'node:worker_threads';
import { checkTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import type { Trace, TraceId } from '@lantern/telemetry-model';
import { openBlockStore } from '../src/block-store.js';
import type { TraceQuery } from '../src/trace-store.js';

export type Call =
  | { readonly id: number; readonly append: Uint8Array }
  | { readonly id: number; readonly find: TraceQuery }
  | { readonly id: number; readonly get: TraceId };

const { traces } = openBlockStore({ folder: workerData as string });

const answer = async (call: Call): Promise<Trace[]> => {
  if ('find' in call) return traces.findTraces(call.find);
  if ('get' in call) return [await traces.getTrace(call.get)].filter((trace) => trace !== undefined);
  await traces.append(checkTraceRequest(call.append));
  return [];
};

parentPort?.on('message', (call: Call) => {
  void answer(call).then((found) => {
    // Bytes change hands; objects would be copied field by field.
    const bodies = found.map(({ resourceSpans }) => encodeTraceRequest(resourceSpans).slice());
    parentPort?.postMessage(
      { id: call.id, bodies },
      bodies.map(({ buffer }) => buffer),
    );
  });
});
