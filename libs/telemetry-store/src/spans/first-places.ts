import type { TraceId } from '@lantern/telemetry-model';
import { comesBefore } from '../trace-place.js';
import type { TraceCursor } from '../trace-store.js';

/** First `limit` places in the order of an answer. A trace may be offered several times; its first place counts. */
export class FirstPlaces {
  private readonly byTrace = new Map<TraceId, TraceCursor>();
  private readonly places: TraceCursor[] = [];

  constructor(private readonly limit: number) {}

  /** Last place of a full list: only a place before it changes the list. Undefined while there is room. */
  get last(): TraceCursor | undefined {
    return this.places.length < this.limit ? undefined : this.places.at(-1);
  }

  wants(place: TraceCursor): boolean {
    const known = this.byTrace.get(place.traceId);
    if (known !== undefined) return comesBefore(place, known);
    const { last } = this;
    return last === undefined || comesBefore(place, last);
  }

  offer(place: TraceCursor): void {
    const known = this.byTrace.get(place.traceId);
    if (known !== undefined) {
      if (!comesBefore(place, known)) return;
      this.places.splice(this.indexOf(known), 1);
    }
    this.byTrace.set(place.traceId, place);
    this.places.splice(this.indexOf(place), 0, place);
    if (this.places.length <= this.limit) return;
    const surplus = this.places.pop();
    if (surplus) this.byTrace.delete(surplus.traceId);
  }

  inOrder(): readonly TraceCursor[] {
    return this.places;
  }

  private indexOf(place: TraceCursor): number {
    let [low, high] = [0, this.places.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.places[middle];
      if (other && comesBefore(other, place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
