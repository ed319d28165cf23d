import {
  attributeText,
  hasError,
  serviceNameOf,
  spansOf,
  type Attributes,
  type Trace,
} from '@lantern/telemetry-model';
import type { AttributePair } from '@lantern/trace-analysis';
import type { HoldBytes } from '@lantern/telemetry-store';

/** Trace with the numbers of its attributes. */
export interface ComparedTrace {
  readonly durationNano: number;
  readonly hasError: boolean;
  readonly attributes: Uint32Array;
}

/** Longer values are texts such as stack traces, of which no two are equal. */
const MAX_VALUE_LENGTH = 200;

/** Maximum number of different pairs. Pairs beyond it are of IDs, which nearly every trace has others of. */
const MAX_PAIRS = 200_000;

/** Estimated memory of a pair: two strings, the object and its place in the index. */
const BYTES_A_PAIR = 250;

/** Key of the operations that a trace calls, among the attributes. */
const OPERATION_KEY = 'operation';

/** Traces of a search, with the attributes of their spans, events and resources as numbers. */
export class ComparedTraces {
  readonly traces: ComparedTrace[] = [];
  readonly pairs: AttributePair[] = [];
  spanCount = 0;
  private readonly placeOf = new Map<string, number>();

  /** @param hold called with the memory that the traces take, before it is taken */
  constructor(private readonly hold: HoldBytes) {}

  add({ resourceSpans }: Trace): void {
    const found = new Set<number>();
    let [start, end] = [Infinity, 0];
    let isFailed = false;
    const resources = new Set<Attributes>();
    for (const { span, resource } of spansOf(resourceSpans)) {
      this.spanCount++;
      isFailed ||= hasError(span);
      // A double is exact to 256 ns here, which no share of a duration shows.
      if (span.startUnixNano > 0n) start = Math.min(start, Number(span.startUnixNano));
      end = Math.max(end, Number(span.endUnixNano));
      this.note(found, OPERATION_KEY, `${serviceNameOf(resource)} ${span.name}`);
      this.noteAll(found, span.attributes);
      for (const event of span.events) this.noteAll(found, event.attributes);
      if (!resources.has(resource.attributes)) {
        resources.add(resource.attributes);
        this.noteAll(found, resource.attributes);
      }
    }
    this.hold(4 * found.size + 100);
    this.traces.push({
      durationNano: Math.max(0, end - start),
      hasError: isFailed,
      attributes: Uint32Array.from(found),
    });
  }

  private noteAll(found: Set<number>, attributes: Attributes): void {
    for (const { key, value } of attributes) this.note(found, key, attributeText(value));
  }

  private note(found: Set<number>, key: string, value: string): void {
    if (value === '' || value.length > MAX_VALUE_LENGTH) return;
    const name = `${key}\u0000${value}`;
    let place = this.placeOf.get(name);
    if (place === undefined) {
      if (this.pairs.length >= MAX_PAIRS) return;
      this.hold(BYTES_A_PAIR);
      place = this.pairs.push({ key, value }) - 1;
      this.placeOf.set(name, place);
    }
    found.add(place);
  }
}
