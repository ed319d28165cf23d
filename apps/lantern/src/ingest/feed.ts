import type { LogStream, ResourceSpans } from '@lantern/telemetry-model';

/** Receives an item that has just been stored. It must return quickly: the client that sent the item waits for it. */
export type Listener<Item> = (item: Item) => void;

/** Receives the error of a listener that threw. The listener is unsubscribed. */
export type ListenerFailure = (error: unknown) => void;

/** Spans that have just been stored. */
export type TraceFeed = Feed<readonly ResourceSpans[]>;

/** Log lines that have just been stored. */
export type LogFeed = Feed<readonly LogStream[]>;

/**
 * Publishes stored telemetry to live clients. An error of a listener does not reach the exporter, which would retry a
 * request that is stored.
 */
export class Feed<Item> {
  private readonly listeners = new Map<Listener<Item>, ListenerFailure>();

  /** Number of subscribed listeners. */
  get size(): number {
    return this.listeners.size;
  }

  /** @returns a function that unsubscribes the listener */
  follow(listener: Listener<Item>, onFailure: ListenerFailure): () => void {
    this.listeners.set(listener, onFailure);
    return () => void this.listeners.delete(listener);
  }

  publish(item: Item): void {
    for (const [listener, onFailure] of this.listeners) {
      try {
        listener(item);
      } catch (error) {
        this.listeners.delete(listener);
        onFailure(error);
      }
    }
  }
}
