import type { ResourceSpans } from '@lantern/telemetry-model';

export type TraceListener = (groups: readonly ResourceSpans[]) => void;

/** Tells those who follow the traces which spans have just been stored. A listener must be quick, and must not throw. */
export class TraceFeed {
  private readonly listeners = new Set<TraceListener>();

  /** How many follow. */
  get size(): number {
    return this.listeners.size;
  }

  /** @returns how to stop */
  follow(listener: TraceListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  publish(groups: readonly ResourceSpans[]): void {
    for (const listener of this.listeners) listener(groups);
  }
}
