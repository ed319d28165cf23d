import type { LogStream } from '@lantern/telemetry-model';

export type LogListener = (streams: readonly LogStream[]) => void;

/** Tells those who follow the logs what has just been stored. A listener must be quick, and must not throw. */
export class LogFeed {
  private readonly listeners = new Set<LogListener>();

  /** How many follow. */
  get size(): number {
    return this.listeners.size;
  }

  /** @returns how to stop */
  follow(listener: LogListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  publish(streams: readonly LogStream[]): void {
    for (const listener of this.listeners) listener(streams);
  }
}
