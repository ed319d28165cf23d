import { afterEach, beforeEach } from '@jest/globals';
import { checkTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import type { ResourceSpans, Span, Trace } from '@lantern/telemetry-model';
import { T0, millis, resourceSpans, span, traceId } from '@lantern/telemetry-model/testing';
import type { TraceQuery, TraceStore } from '../../trace-store.js';
import { AMPLE, type StoreLimits } from '../store-limits.js';

/** From a second before the builders' spans to a minute after them. */
export const RANGE = { startUnixNano: T0 - millis(1_000), endUnixNano: T0 + millis(60_000) };

/** The store that a suite is about: a new and empty one for each test. */
export class TraceStoreSubject {
  private current: TraceStore | undefined;

  constructor(readonly create: (limits: StoreLimits) => Promise<TraceStore>) {
    beforeEach(async () => {
      this.current = await create(AMPLE);
    });
    afterEach(() => this.store.close());
  }

  get store(): TraceStore {
    if (!this.current) throw new Error('The store is there while a test runs.');
    return this.current;
  }

  append(...groups: readonly ResourceSpans[]): Promise<void> {
    return this.store.append(checkTraceRequest(encodeTraceRequest(groups)));
  }

  /** One trace for each of the spans, numbered from 1. */
  appendEach(...spans: readonly Partial<Span>[]): Promise<void> {
    return this.append(
      ...spans.map((fields, i) => resourceSpans('web', span({ traceId: traceId(i + 1), ...fields }))),
    );
  }

  find(query: Partial<TraceQuery> = {}): Promise<Trace[]> {
    return this.store.findTraces({ range: RANGE, limit: 100, ...query });
  }

  /** The numbers of the traces that were found, in their order. */
  async findIds(query: Partial<TraceQuery> = {}): Promise<number[]> {
    return (await this.find(query)).map((found) => Number.parseInt(found.traceId, 16));
  }
}
