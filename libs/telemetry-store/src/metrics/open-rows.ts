import type { OpenRows } from '../blocks/signal-blocks.js';
import type { JournalPosition } from '../journal/journal.js';
import { OpenSeries } from './open-series.js';
import type { Exemplar } from './sample-batch.js';
import type { KnownSeries } from './series-table.js';
import { TailSlab } from './tail-slab.js';

/** Estimated size of an open sample, once it is compressed. */
const BYTES_PER_SAMPLE = 3;

/** Maximum number of exemplars of a block. Beyond it the oldest are discarded, as in Prometheus' circular buffer. */
const MAX_EXEMPLARS = 10_000;

export interface OpenExemplar {
  readonly series: KnownSeries;
  readonly exemplar: Exemplar;
}

/** Samples that are in no sealed block. */
export class OpenMetrics implements OpenRows {
  rowCount = 0;
  duplicates = 0;
  firstEnd: JournalPosition | undefined;
  firstArrivalMillis: number | undefined;
  readonly series = new Map<KnownSeries, OpenSeries>();
  exemplars: OpenExemplar[] = [];
  private readonly lastExemplars = new Map<KnownSeries, Exemplar>();
  private readonly slab = new TailSlab();

  constructor(
    /** Number of the block that the samples are sealed into. */
    public block: number,
    private readonly rowsPerBlock: number,
    private readonly bytesPerBlock: number,
    private readonly now: () => number,
  ) {}

  get byteLength(): number {
    return this.rowCount * BYTES_PER_SAMPLE;
  }

  get isDue(): boolean {
    return this.rowCount >= this.rowsPerBlock || this.byteLength >= this.bytesPerBlock;
  }

  of(series: KnownSeries): OpenSeries {
    let open = this.series.get(series);
    if (!open) {
      open = new OpenSeries(series, this.slab);
      this.series.set(series, open);
    }
    return open;
  }

  /** Counts an added sample. @param end end of the record that brought it */
  count(end: JournalPosition): void {
    if (this.rowCount++ > 0) return;
    this.firstEnd = end;
    this.firstArrivalMillis = this.now();
  }

  /** Adds an exemplar, unless it is the last one of its series again, as each scrape repeats it. */
  addExemplar(series: KnownSeries, exemplar: Exemplar): void {
    const last = this.lastExemplars.get(series);
    if (last && isSameExemplar(last, exemplar)) return;
    this.lastExemplars.set(series, exemplar);
    if (this.exemplars.length >= MAX_EXEMPLARS) this.exemplars = this.exemplars.slice(MAX_EXEMPLARS / 10);
    this.exemplars.push({ series, exemplar });
  }

  /** Begins a new open block. Call it after all samples were sealed. */
  begin(): void {
    this.block++;
    this.rowCount = 0;
    this.firstEnd = undefined;
    this.firstArrivalMillis = undefined;
    for (const open of this.series.values()) open.release();
    this.series.clear();
    this.lastExemplars.clear();
    this.exemplars = [];
  }
}

export const isSameExemplar = (a: Exemplar, b: Exemplar): boolean =>
  a.timestampMillis === b.timestampMillis && Object.is(a.value, b.value) && a.labels.equals(b.labels);
