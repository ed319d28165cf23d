import type { Trace, TraceId } from '@lantern/telemetry-model';
import type { TraceSearch } from '@lantern/query-api';
import type { TraceStore } from '@lantern/telemetry-store';
import type { Adjust } from './adjust/adjust.js';

/** Reads traces for both families of Jaeger's API. */
export class TraceQueries {
  constructor(
    readonly store: TraceStore,
    private readonly adjust: Adjust,
  ) {}

  async byId(traceId: TraceId | undefined, raw: boolean): Promise<Trace | undefined> {
    const trace = traceId && (await this.store.getTrace(traceId));
    return trace && !raw ? this.adjust(trace) : trace;
  }

  async search(search: TraceSearch): Promise<Trace[]> {
    const traces = await this.store.findTraces({
      ...(search.service === '' ? undefined : { service: search.service }),
      ...(search.operation === '' ? undefined : { operation: search.operation }),
      ...(search.minDurationNano === 0n ? undefined : { minDurationNano: search.minDurationNano }),
      ...(search.maxDurationNano === 0n ? undefined : { maxDurationNano: search.maxDurationNano }),
      attributes: search.attributes,
      range: search.range,
      limit: search.limit,
    });
    return search.raw ? traces : traces.map(this.adjust);
  }
}
