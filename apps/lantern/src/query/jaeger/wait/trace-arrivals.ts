import { spansOf, type TraceId } from '@lantern/telemetry-model';
import type { ListenerFailure, TraceFeed } from '../../../ingest/feed.js';

/**
 * Wakes the waiters of a trace when spans of it have been stored. It subscribes to the feed only while there are waiters, and
 * does nothing while nothing arrives, however many wait.
 */
export class TraceArrivals {
  private readonly waiters = new Map<TraceId, Set<() => void>>();
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly feed: TraceFeed,
    private readonly onFailure: ListenerFailure,
  ) {}

  /** @returns a function that removes the waiter */
  follow(traceId: TraceId, wake: () => void): () => void {
    const waiters = this.waiters.get(traceId) ?? new Set();
    this.waiters.set(traceId, waiters.add(wake));
    this.unsubscribe ??= this.subscribe();
    return () => {
      waiters.delete(wake);
      if (waiters.size === 0 && this.waiters.get(traceId) === waiters) this.waiters.delete(traceId);
      if (this.waiters.size === 0) this.end();
    };
  }

  private subscribe(): () => void {
    return this.feed.follow(
      (groups) => {
        const arrived = new Set<TraceId>();
        for (const { span } of spansOf(groups)) if (this.waiters.has(span.traceId)) arrived.add(span.traceId);
        for (const traceId of arrived) for (const wake of this.waiters.get(traceId) ?? []) wake();
      },
      (error) => {
        this.unsubscribe = undefined;
        this.onFailure(error);
      },
    );
  }

  private end(): void {
    this.unsubscribe?.();
    this.unsubscribe = undefined;
  }
}
