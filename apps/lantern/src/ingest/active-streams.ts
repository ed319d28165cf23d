import { formatLabels } from '@lantern/query-api';
import type { LogLabels, UnixNano } from '@lantern/telemetry-model';

/** A stream without an entry for so long counts as gone, as Loki flushes it then. */
const IDLE_MILLIS = 30 * 60_000;

interface ActiveStream {
  newestUnixNano: UnixNano;
  lastSeenMillis: number;
}

/** The streams that had an entry lately: how many there are, and how far each of them has come. */
export class ActiveStreams {
  private readonly streams = new Map<string, ActiveStream>();

  constructor(
    private readonly maxStreams: number,
    private readonly nowMillis: () => number,
  ) {}

  /** Undefined when there are too many already. */
  enter(labels: LogLabels): ActiveStream | undefined {
    const key = formatLabels(labels);
    let stream = this.streams.get(key);
    if (stream === undefined) {
      if (this.streams.size >= this.maxStreams) this.forgetIdle();
      if (this.streams.size >= this.maxStreams) return undefined;
      this.streams.set(key, (stream = { newestUnixNano: 0n, lastSeenMillis: 0 }));
    }
    stream.lastSeenMillis = this.nowMillis();
    return stream;
  }

  private forgetIdle(): void {
    const oldest = this.nowMillis() - IDLE_MILLIS;
    for (const [key, { lastSeenMillis }] of this.streams)
      if (lastSeenMillis < oldest) this.streams.delete(key);
  }
}
