import {
  formatPageToken,
  type TraceCondition,
  type TraceSearch,
  type V3SearchRequest,
  type V3TraceSummary,
} from '@lantern/query-api';
import type { Trace, TraceId } from '@lantern/telemetry-model';
import {
  decodeTraceSteps,
  type EncodedTrace,
  type PlacedTrace,
  type TraceCursor,
  type TraceQuery,
  type TraceStore,
} from '@lantern/telemetry-store';
import type { AnswerShare } from '../../transport/answers/answer-bytes.js';
import { inTurns, type Turn } from '../../transport/answers/turn.js';
import { adjustBy, type Adjust, type AdjustOptions } from './adjust/adjust.js';
import { TraceDigests } from './analysis/trace-digests.js';
import { summarizeTrace, summarySteps } from './trace-summary.js';

/** Maximum number of traces that one page of a search with a condition on the trace reads: some seconds. */
const MAX_EXAMINED = 10_000;

const FIRST_BATCH = 100;
const LARGEST_BATCH = 2_000;

/** Reads traces for both families of Jaeger's API. */
export class TraceQueries {
  readonly digests: TraceDigests;
  private readonly adjust: Adjust;

  constructor(
    readonly store: TraceStore,
    readonly options: AdjustOptions,
  ) {
    this.adjust = adjustBy(options);
    this.digests = new TraceDigests(this.adjust);
  }

  async byId(traceId: TraceId, raw: boolean): Promise<Trace | undefined> {
    const trace = await this.store.getTrace(traceId);
    return trace && !raw ? this.adjust(trace) : trace;
  }

  /** Returns a stored trace as clients see it. */
  adjusted(trace: Trace): Trace {
    return this.adjust(trace);
  }

  /**
   * Reads the stored traces of one page of a search, each with its memory counted in the share.
   *
   * @returns what leads to the next page
   */
  async *page(search: V3SearchRequest, share: AnswerShare): AsyncGenerator<EncodedTrace, PageEnd> {
    const query = traceQueryOf(search);
    const condition = search.filter?.trace;
    let last: TraceCursor | undefined;
    let count = 0;
    // One trace more than the page holds shows whether there is a next page.
    const found = this.each({ ...query, limit: query.limit + 1 }, share, condition);
    let end: TraceCursor | undefined;
    for (;;) {
      const next = await found.next();
      if (next.done === true) {
        end = next.value;
        break;
      }
      if (++count > query.limit) {
        end = last;
        break;
      }
      last = next.value.place;
      yield next.value.trace;
    }
    await found.return(undefined);
    // The number of traces that meet a condition on the trace is known only when all of them were read.
    const isCounted = condition === undefined || (end === undefined && search.after === undefined);
    return {
      ...(end && { nextPageToken: formatPageToken(end, search.fingerprint) }),
      ...(search.wantsTotal &&
        isCounted && { total: condition === undefined ? await this.store.countTraces(query) : count }),
    };
  }

  /**
   * Reads the stored traces that a search finds, each with its memory counted in the share.
   *
   * @returns the place at which the search gave up, because {@link MAX_EXAMINED} traces were read for a condition that few
   * of them meet; undefined otherwise
   */
  async *each(
    query: TraceQuery,
    share: AnswerShare,
    condition?: TraceCondition,
  ): AsyncGenerator<PlacedTrace, TraceCursor | undefined> {
    if (condition !== undefined) return yield* this.eachMeeting(condition, query, share);
    for await (const found of this.store.eachTrace(query, share.hold)) {
      yield found;
      share.clear();
    }
    return undefined;
  }

  private async *eachMeeting(
    condition: TraceCondition,
    query: TraceQuery,
    share: AnswerShare,
  ): AsyncGenerator<PlacedTrace, TraceCursor | undefined> {
    let { after } = query;
    let examined = 0;
    let found = 0;
    // Searched in batches: a search keeps the places of all traces of its limit.
    for (let batch = FIRST_BATCH; examined < MAX_EXAMINED; batch = Math.min(2 * batch, LARGEST_BATCH)) {
      const before = examined;
      const candidates = { ...query, ...(after && { after }), limit: batch };
      for await (const placed of this.store.eachTrace(candidates, share.hold)) {
        examined++;
        after = placed.place;
        const digest = await this.digests.of(placed.trace, condition.needsDetections, share.hold);
        if (condition.matches(digest)) {
          yield placed;
          if (++found >= query.limit) return undefined;
        }
        share.clear();
      }
      if (examined - before < batch) return undefined;
    }
    return after;
  }

  /** The row of a trace as it is after it was adjusted. */
  async summaryOf(trace: EncodedTrace, turn: Turn): Promise<V3TraceSummary> {
    const steps = summarySteps(trace, this.options.maxClockSkewNano);
    for (;;) {
      const step = steps.next();
      if (step.done === true)
        return step.value ?? summarizeTrace(this.adjust(await inTurns(decodeTraceSteps(trace), turn)));
      const pause = turn.giveWay();
      if (pause) await pause;
    }
  }
}

/** JSON after the items of a page. */
export interface PageEnd {
  readonly nextPageToken?: string;
  readonly total?: number;
}

/** Returns the query for the store. */
export const traceQueryOf = (search: TraceSearch): TraceQuery => {
  const { filter } = search;
  const service = search.service === '' ? filter?.service : search.service;
  const operation = search.operation === '' ? filter?.operation : search.operation;
  return {
    ...(service === undefined ? undefined : { service }),
    ...(operation === undefined ? undefined : { operation }),
    ...(search.minDurationNano === 0n ? undefined : { minDurationNano: search.minDurationNano }),
    ...(search.maxDurationNano === 0n ? undefined : { maxDurationNano: search.maxDurationNano }),
    ...(search.minTraceDurationNano === undefined
      ? undefined
      : { minTraceDurationNano: search.minTraceDurationNano }),
    ...(search.maxTraceDurationNano === undefined
      ? undefined
      : { maxTraceDurationNano: search.maxTraceDurationNano }),
    ...(filter?.span && { where: filter.span }),
    ...(search.orderBy && { orderBy: search.orderBy }),
    ...(search.after && { after: search.after }),
    attributes: search.attributes,
    range: search.range,
    limit: search.limit,
  };
};
