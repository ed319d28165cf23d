import { SpanKind } from '@lantern/telemetry-model';
import { WORDS_PER_SPAN, type RecentColumns } from './recent-columns.js';
import type { SpanChains } from './span-chains.js';
import { NONE } from './trace-table.js';

/** Call from one service to another, identified by the called span. */
export interface ObservedCall {
  /** Block of the called span. */
  readonly block: number;
  readonly parent: string;
  readonly child: string;
  readonly startLow: number;
  readonly startHigh: number;
  readonly durationNanos: number;
  readonly isError: boolean;
}

/** Called with a new call, and with `-1` for an earlier call whose caller turns out to be a different span. */
export type CallListener = (call: ObservedCall, sign: 1 | -1) => void;

/** Matches callers with their called spans, in any order of arrival, by the rules of `serviceCalls` in the model. */
export class CallMatcher {
  constructor(
    private readonly spans: RecentColumns,
    private readonly chains: SpanChains,
    private readonly onCall: CallListener,
  ) {}

  /** Matches a span that was just added to the chains. */
  match(span: number): void {
    const { chains } = this;
    this.updateCaller(span);
    // The new span may be the other half of a call, or the parent of earlier spans.
    let sharer = chains.nextWithId(span);
    for (; sharer !== NONE; sharer = chains.nextWithId(sharer)) this.updateCaller(sharer);
    let child = chains.firstChild(span);
    for (; child !== NONE; child = chains.nextChild(span, child))
      if (child !== span) this.updateCaller(child);
  }

  private updateCaller(span: number): void {
    const { services, callers, blocks, starts, durations, errors } = this.spans;
    const caller = this.callerOf(span);
    const service = services[span] ?? '';
    const callingService = caller === NONE ? undefined : services[caller];
    const parent = callingService === service ? undefined : callingService;
    const before = callers[span];
    if (parent === before) return;
    callers[span] = parent;
    const call = {
      block: blocks[span] ?? 0,
      child: service,
      startLow: starts[2 * span] ?? 0,
      startHigh: starts[2 * span + 1] ?? 0,
      durationNanos: durations[span] ?? 0,
      isError: errors[span] === 1,
    };
    if (before !== undefined) this.onCall({ ...call, parent: before }, -1);
    if (parent !== undefined) this.onCall({ ...call, parent }, 1);
  }

  /** Returns the caller as `serviceCalls` defines it: the client half with the same ID, otherwise the parent. */
  private callerOf(span: number): number {
    const { chains } = this;
    const { traces, ids, kinds, services } = this.spans;
    const trace = traces[span] ?? 0;
    const id = WORDS_PER_SPAN * span;
    if (kinds[span] === SpanKind.server) {
      let sharer = chains.firstWithId(trace, ids[id] ?? 0, ids[id + 1] ?? 0);
      for (; sharer !== NONE; sharer = chains.nextWithId(sharer)) {
        if (kinds[sharer] === SpanKind.client) return sharer;
      }
    }
    const [parentLow, parentHigh] = [ids[id + 2] ?? 0, ids[id + 3] ?? 0];
    if (parentLow === 0 && parentHigh === 0) return NONE;
    // The chain is ordered from newest to oldest, so the last span of each kind arrived first.
    let [first, sameService, server] = [NONE, NONE, NONE];
    let candidate = chains.firstWithId(trace, parentLow, parentHigh);
    for (; candidate !== NONE; candidate = chains.nextWithId(candidate)) {
      first = candidate;
      if (services[candidate] === services[span]) sameService = candidate;
      if (kinds[candidate] === SpanKind.server) server = candidate;
    }
    return sameService !== NONE ? sameService : server !== NONE ? server : first;
  }
}
