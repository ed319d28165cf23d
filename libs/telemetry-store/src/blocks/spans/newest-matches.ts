import type { TraceId } from '@lantern/telemetry-model';

interface Match {
  readonly traceId: TraceId;
  readonly start: bigint;
}

/** The `limit` traces whose newest matching spans are the newest. The same trace may be offered many times. */
export class NewestMatches {
  private readonly starts = new Map<TraceId, bigint>();
  /** Newest first. */
  private readonly matches: Match[] = [];

  constructor(private readonly limit: number) {}

  /** The start that a span has to reach to change anything; undefined while every one does. */
  get threshold(): bigint | undefined {
    return this.matches.length < this.limit ? undefined : this.matches.at(-1)?.start;
  }

  wants(traceId: TraceId, start: bigint): boolean {
    const known = this.starts.get(traceId);
    if (known !== undefined) return start > known;
    const last = this.matches.at(-1);
    return this.matches.length < this.limit || (last !== undefined && comesBefore({ traceId, start }, last));
  }

  offer(traceId: TraceId, start: bigint): void {
    const known = this.starts.get(traceId);
    if (known !== undefined) {
      if (start <= known) return;
      this.matches.splice(this.placeOf({ traceId, start: known }), 1);
    }
    this.starts.set(traceId, start);
    this.matches.splice(this.placeOf({ traceId, start }), 0, { traceId, start });
    if (this.matches.length <= this.limit) return;
    const last = this.matches.pop();
    if (last) this.starts.delete(last.traceId);
  }

  newestFirst(): readonly Match[] {
    return this.matches;
  }

  private placeOf(match: Match): number {
    let [low, high] = [0, this.matches.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.matches[middle];
      if (other && comesBefore(other, match)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const comesBefore = (a: Match, b: Match): boolean =>
  a.start === b.start ? a.traceId < b.traceId : a.start > b.start;
