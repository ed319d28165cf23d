import {
  answeredCalls,
  hostOfPeer,
  peersOf,
  spansOf,
  traceGaps,
  type SpanId,
  type Trace,
  type TraceGap,
} from '@lantern/telemetry-model';
import type { Backend, WaitAnswer, WaitRequest } from './backend.js';

const POLL_MILLIS = 100;

/** Time without a new span after which a polled trace counts as settled: exporters send in batches. */
const SETTLE_MILLIS = 500;

/** Waits by polling at a backend without Lantern's endpoint, with the same rules of completeness. */
export class Polling {
  private readonly serviceByName = new Map<string, string>();

  constructor(private readonly backend: Backend) {}

  async wait({
    traceId,
    until,
    timeoutMillis,
    settleMillis,
    parentSpanId,
    roots,
  }: WaitRequest): Promise<WaitAnswer> {
    const settle = Math.max(settleMillis ?? 0, SETTLE_MILLIS);
    const deadline = Date.now() + timeoutMillis;
    let spanCount = -1;
    let changedAt = Date.now();
    for (;;) {
      const trace = await this.backend.trace(traceId);
      const count = trace === undefined ? 0 : [...spansOf(trace.resourceSpans)].length;
      if (count !== spanCount) changedAt = Date.now();
      spanCount = count;
      const isSettled = Date.now() - changedAt >= settle;
      const gaps =
        until === 'quiet' ? [] : this.gapsOf(trace, { parentSpanId: parentSpanId as SpanId, roots });
      if (isSettled && gaps.length === 0) return { complete: true, reasons: [] };
      if (Date.now() >= deadline) return { complete: false, reasons: reasonsOf(gaps, trace) };
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
    }
  }

  private gapsOf(
    trace: Trace | undefined,
    rules: { readonly parentSpanId: SpanId | undefined; readonly roots: number | undefined },
  ): TraceGap[] {
    if (trace) {
      for (const { caller, peers, service } of answeredCalls(trace)) {
        for (const peer of peers) this.serviceByName.set(`${caller}\n${peer}`, service);
      }
    }
    const { instrumented } = this.backend.config;
    const isInstrumented = (peer: string): boolean =>
      instrumented.includes(peer) || instrumented.includes(hostOfPeer(peer));
    return traceGaps(trace, {
      ...rules,
      instrumentedService: (caller, peers) =>
        peers
          .map((peer) => this.serviceByName.get(`${caller}\n${peer}`))
          .find((service) => service !== undefined) ?? peers.find(isInstrumented),
    });
  }
}

const reasonsOf = (gaps: readonly TraceGap[], trace: Trace | undefined): { message: string }[] =>
  gaps.length === 0
    ? [{ message: 'Spans of the trace were still arriving when the timeout passed.' }]
    : gaps.map((gap) => ({ message: messageOf(gap, trace) }));

const messageOf = (gap: TraceGap, trace: Trace | undefined): string => {
  switch (gap.kind) {
    case 'root':
      if (trace === undefined) return 'No span of the trace has arrived.';
      return `${gap.roots - gap.endedRoots} of ${gap.roots} root spans has not arrived: it is sent when it ends.`;
    case 'parent': {
      const { name, spanId, parentSpanId = '' } = gap.span;
      return `${gap.service}: the parent ${parentSpanId} of span "${name}" (${spanId}) has not arrived.`;
    }
    case 'peer': {
      const { name, spanId } = gap.span;
      const at = peersOf(gap.span)[0] ?? '';
      return `${gap.service} → ${gap.peer === at ? at : `${gap.peer} at ${at}`}: the call "${name}" (${spanId}) has no span of the called service.`;
    }
  }
};
