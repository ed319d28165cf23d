// Worker process of the flake test: orders again and again, as a worker of a test runner does, and reports the traces that were not
// whole to its parent.
import { traced } from '@lantern/trace-testing';
import { tracedOrder } from './order.js';

/** Message to the parent when all runs are over. */
export interface WorkerReport {
  readonly type: 'runs';
  readonly runs: number;
  /** Trees and reasons of the traces that were not whole. */
  readonly flakes: readonly string[];
}

const { GATEWAY_URL = '', FLAKE_RUNS = '0', FLAKE_SPANS = '0' } = process.env;
const runs = Number(FLAKE_RUNS);
const flakes: string[] = [];
for (let run = 0; run < runs; run++) {
  const { trace } = await tracedOrder(traced, GATEWAY_URL);
  if (trace.isComplete && trace.spans.length === Number(FLAKE_SPANS)) continue;
  flakes.push([trace.traceId, ...trace.reasons, trace.tree()].join('\n'));
}
process.send?.({ type: 'runs', runs, flakes } satisfies WorkerReport);
process.disconnect();
