import { formatPageToken, type PagePlace, type TraceSearch, type V3SearchRequest } from '@lantern/query-api';
import { spansOf, type Trace, type TraceId } from '@lantern/telemetry-model';
import { spanMatcher, type TraceQuery, type TraceStore } from '@lantern/telemetry-store';
import { adjustBy, type Adjust, type AdjustOptions } from './adjust/adjust.js';

/** Reads traces for both families of Jaeger's API. */
export class TraceQueries {
  private readonly adjust: Adjust;

  constructor(
    readonly store: TraceStore,
    readonly options: AdjustOptions,
  ) {
    this.adjust = adjustBy(options);
  }

  async byId(traceId: TraceId | undefined, raw: boolean): Promise<Trace | undefined> {
    const trace = traceId && (await this.store.getTrace(traceId));
    return trace && !raw ? this.adjust(trace) : trace;
  }

  async search(search: TraceSearch): Promise<Trace[]> {
    const traces = await this.store.findTraces(queryOf(search));
    return search.raw ? traces : traces.map(this.adjust);
  }

  /** One page of a search, and what leads to the next one. */
  async page(search: V3SearchRequest): Promise<TracePage> {
    const query = queryOf(search);
    // One more than the page holds tells whether there is another.
    const found = await this.store.findTraces({ ...query, limit: query.limit + 1 });
    const traces = found.slice(0, query.limit);
    const last = found.length > query.limit ? traces.at(-1) : undefined;
    return {
      traces: search.raw ? traces : traces.map(this.adjust),
      ...(last && { nextPageToken: formatPageToken(placeOf(last, query), search.fingerprint) }),
      ...(search.wantsTotal && { total: await this.store.countTraces(query) }),
    };
  }
}

export interface TracePage {
  readonly traces: readonly Trace[];
  readonly nextPageToken?: string;
  readonly total?: number;
}

/** What the store is asked. */
export const queryOf = (search: TraceSearch): TraceQuery => {
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
    ...(search.after && { after: search.after }),
    attributes: search.attributes,
    range: search.range,
    limit: search.limit,
  };
};

/** Where a trace stands in the answer to a query: at the start of its newest matching span. */
const placeOf = (trace: Trace, query: TraceQuery): PagePlace => {
  const matches = spanMatcher(query);
  let newest = 0n;
  for (const candidate of spansOf(trace.resourceSpans)) {
    const { startUnixNano } = candidate.span;
    if (startUnixNano > newest && matches(candidate)) newest = startUnixNano;
  }
  return { startUnixNano: newest, traceId: trace.traceId };
};
