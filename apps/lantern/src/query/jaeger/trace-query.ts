import {
  formatPageToken,
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
import { summarizeTrace, summarySteps } from './trace-summary.js';

/** Reads traces for both families of Jaeger's API. */
export class TraceQueries {
  private readonly adjust: Adjust;

  constructor(
    readonly store: TraceStore,
    readonly options: AdjustOptions,
  ) {
    this.adjust = adjustBy(options);
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
    let last: TraceCursor | undefined;
    let count = 0;
    let hasMore = false;
    // One trace more than the page holds shows whether there is a next page.
    for await (const { trace, place } of this.each({ ...query, limit: query.limit + 1 }, share)) {
      hasMore = ++count > query.limit;
      if (hasMore) break;
      last = place;
      yield trace;
    }
    return {
      ...(hasMore && last && { nextPageToken: formatPageToken(last, search.fingerprint) }),
      ...(search.wantsTotal && { total: await this.store.countTraces(query) }),
    };
  }

  /** Reads the stored traces that a search finds, each with its memory counted in the share. */
  async *each(query: TraceQuery, share: AnswerShare): AsyncGenerator<PlacedTrace, void> {
    for await (const found of this.store.eachTrace(query, share.hold)) {
      yield found;
      share.clear();
    }
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

/** JSON behind the items of a page. */
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
    ...(filter && { where: filter.matches }),
    ...(search.orderBy && { orderBy: search.orderBy }),
    ...(search.after && { after: search.after }),
    attributes: search.attributes,
    range: search.range,
    limit: search.limit,
  };
};
