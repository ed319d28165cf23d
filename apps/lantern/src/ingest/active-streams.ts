import { formatLabels } from '@lantern/query-api';
import { mapKey, type LogLabels, type UnixNano } from '@lantern/telemetry-model';

/** A stream without an entry for so long counts as gone, as Loki flushes it then. */
const IDLE_MILLIS = 30 * 60_000;

export interface ActiveStream {
  newestUnixNano: UnixNano;
  lastSeenMillis: number;
}

/** The stream that was used longest ago makes room for another service's after so long. */
const REPLACED_AFTER_MILLIS = 60_000;

/** The least recently used first: a `Map` keeps the order in which keys were set. */
type StreamsOfService = Map<string, ActiveStream>;

/**
 * The streams that had an entry lately, and how far each of them has come. Services share the limit: a new stream of a
 * service that has fewer than another takes the place of the least recently used stream of the one that has most. So one
 * service with endless labels fills what the others leave, and shuts out only itself.
 *
 * ```
 * limit 6   web: 5 streams   api: 1 stream
 * a new stream of api   →  web 4, api 2
 * a new stream of web   →  rejected, until a stream has been unused for a minute
 * ```
 */
export class ActiveStreams {
  private readonly services = new Map<string, StreamsOfService>();
  private size = 0;

  constructor(
    private readonly maxStreams: number,
    private readonly nowMillis: () => number,
  ) {}

  /**
   * Notes an entry.
   *
   * @param labels with `service_name`
   * @returns undefined when the stream is new and its service may have no other
   */
  enter(labels: LogLabels): ActiveStream | undefined {
    const service = mapKey(labels.service_name ?? '');
    const key = mapKey(formatLabels(labels));
    const streams: StreamsOfService = this.services.get(service) ?? new Map<string, ActiveStream>();
    let stream = streams.get(key);
    if (stream) streams.delete(key);
    else {
      if (this.size >= this.maxStreams) this.forgetIdle();
      if (this.size >= this.maxStreams && !this.makeRoomFor(streams)) return undefined;
      stream = { newestUnixNano: 0n, lastSeenMillis: 0 };
      this.size++;
    }
    stream.lastSeenMillis = this.nowMillis();
    streams.set(key, stream);
    this.services.set(service, streams);
    return stream;
  }

  /** @returns false when no service has more streams than this one would have, and all are in use */
  private makeRoomFor(streams: StreamsOfService): boolean {
    let [largestService, largest]: [string, StreamsOfService] = ['', streams];
    for (const [service, others] of this.services)
      if (others.size > largest.size) [largestService, largest] = [service, others];
    const isFair = largest.size > streams.size + 1;
    const [oldest] = largest;
    if (!oldest || !(isFair || this.isUnused(oldest[1]))) return false;
    largest.delete(oldest[0]);
    if (largest.size === 0) this.services.delete(largestService);
    this.size--;
    return true;
  }

  private isUnused({ lastSeenMillis }: ActiveStream): boolean {
    return lastSeenMillis < this.nowMillis() - REPLACED_AFTER_MILLIS;
  }

  private forgetIdle(): void {
    const oldest = this.nowMillis() - IDLE_MILLIS;
    for (const [service, streams] of this.services) {
      for (const [key, { lastSeenMillis }] of streams) {
        // All behind it were used later.
        if (lastSeenMillis >= oldest) break;
        streams.delete(key);
        this.size--;
      }
      if (streams.size === 0) this.services.delete(service);
    }
  }
}
