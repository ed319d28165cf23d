import { checkTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import type { ResourceSpans, Trace } from '@lantern/telemetry-model';
import { T0, millis, orderTrace, traceId } from '@lantern/telemetry-model/testing';
import type { TraceStore } from '../trace-store.js';

/** Range from a second before the first order to an hour after it. */
export const RANGE = { startUnixNano: T0 - millis(1_000), endUnixNano: T0 + millis(3_600_000) };

/** The ten spans of the order with a number, which started so many milliseconds after the first. */
export const order = (n: number): readonly ResourceSpans[] =>
  orderTrace({ traceId: traceId(n), startUnixNano: T0 + millis(n) }).resourceSpans;

interface Traces {
  readonly traces: TraceStore;
}

export const append = ({ traces }: Traces, ...groups: readonly ResourceSpans[]): Promise<void> =>
  traces.append(checkTraceRequest(encodeTraceRequest(groups)));

export const findAll = ({ traces }: Traces): Promise<Trace[]> =>
  traces.findTraces({ range: RANGE, limit: 1_000 });

/** The numbers of all traces that are there. */
export const ids = async (store: Traces): Promise<number[]> =>
  (await findAll(store)).map((trace) => Number.parseInt(trace.traceId, 16)).sort((a, b) => a - b);

/** Both included. */
export const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
