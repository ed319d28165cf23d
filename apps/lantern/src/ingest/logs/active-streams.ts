import { formatLabels } from '@lantern/query-api';
import { mapKey, type LogLabels, type UnixNano } from '@lantern/telemetry-model';

/** Time without an entry after which a stream is inactive, as in Loki. */
const IDLE_MILLIS = 30 * 60_000;

export interface ActiveStream {
  newestUnixNano: UnixNano;
  lastSeenMillis: number;
}

/** Time without an entry after which a stream may be evicted for a stream of another service. */
const REPLACED_AFTER_MILLIS = 60_000;

/** Streams of a service, least recently used first: a `Map` keeps the order of insertion. */
type StreamsOfService = Map<string, ActiveStream>;

/**
 * Streams with a recent entry, and the newest time of each. Services share the limit on active streams: a new stream of a
 * service evicts the least recently used stream of the service with the most streams, if that has more. A service with
 * unbounded labels therefore uses only what other services leave, and blocks only itself.
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
   * Records an entry of a stream.
   *
   * @param labels with `service_name`
   * @returns undefined when the stream is new and the limit allows its service no further stream
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

  /** @returns false when no service has more streams than this one would have, or none of them is idle */
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
        // The streams after it were used later.
        if (lastSeenMillis >= oldest) break;
        streams.delete(key);
        this.size--;
      }
      if (streams.size === 0) this.services.delete(service);
    }
  }
}
