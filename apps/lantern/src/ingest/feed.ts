import type { LogStream, ResourceSpans } from '@lantern/telemetry-model';

/** Receives an item that has just been stored. It must be quick: the sender of the item waits for it. */
export type Listener<Item> = (item: Item) => void;

/** Receives the error of a listener that has thrown, once: the listener is unsubscribed. */
export type ListenerFailure = (error: unknown) => void;

/** Spans that have just been stored. */
export type TraceFeed = Feed<readonly ResourceSpans[]>;

/** Log lines that have just been stored. */
export type LogFeed = Feed<readonly LogStream[]>;

/**
 * Publishes stored telemetry to live clients. What is published is stored already, so an error of a listener never
 * reaches the sender, who would send it again.
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
