import {
  formatPageToken,
  type TraceSearch,
  type V3SearchRequest,
  type V3TraceSummary,
} from '@lantern/query-api';
import type { Trace, TraceId } from '@lantern/telemetry-model';
import {
  decodeTrace,
  type EncodedTrace,
  type TraceCursor,
  type TraceQuery,
  type TraceStore,
} from '@lantern/telemetry-store';
import { adjustBy, type Adjust, type AdjustOptions } from './adjust/adjust.js';
import { summarizeEncodedTrace, summarizeTrace } from './trace-summary.js';

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

  /** Hands over what a search finds, as it is stored. */
  async each(search: TraceSearch, take: (trace: EncodedTrace) => void): Promise<void> {
    await this.store.eachTrace(queryOf(search), take);
  }

  /** One page of a search, and what leads to the next one. */
  async page(search: V3SearchRequest): Promise<Page<Trace>> {
    return this.pageOf(search, (trace) =>
      search.raw ? decodeTrace(trace) : this.adjust(decodeTrace(trace)),
    );
  }

  /** The same page, a row for each trace as it is after it was adjusted. */
  async summaries(search: V3SearchRequest): Promise<Page<V3TraceSummary>> {
    const { maxClockSkewNano } = this.options;
    return this.pageOf(
      search,
      (trace) =>
        summarizeEncodedTrace(trace, maxClockSkewNano) ?? summarizeTrace(this.adjust(decodeTrace(trace))),
    );
  }

  private async pageOf<Item>(
    search: V3SearchRequest,
    read: (trace: EncodedTrace) => Item,
  ): Promise<Page<Item>> {
    const query = queryOf(search);
    const items: Item[] = [];
    const places: TraceCursor[] = [];
    // One more than the page holds tells whether there is another.
    await this.store.eachTrace({ ...query, limit: query.limit + 1 }, (trace, place) => {
      if (items.length < query.limit) items.push(read(trace));
      places.push(place);
    });
    const last = places.length > query.limit && places[query.limit - 1];
    return {
      items,
      ...(last && { nextPageToken: formatPageToken(last, search.fingerprint) }),
      ...(search.wantsTotal && { total: await this.store.countTraces(query) }),
    };
  }
}

export interface Page<Item> {
  readonly items: readonly Item[];
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
    ...(search.orderBy && { orderBy: search.orderBy }),
    ...(search.after && { after: search.after }),
    attributes: search.attributes,
    range: search.range,
    limit: search.limit,
  };
};
