import { sortInSteps } from '@lantern/telemetry-model';
import type { Steps } from '../blocks/steps.js';
import type { RedCell, RedQuery } from '../trace-store.js';
import { PERIOD_NANOS, type PeriodCell } from './summary.js';
import type { CallPeriods } from './call-periods.js';
import { LatencyHistogram } from './latency-histogram.js';
import { compareOperations } from './operation-catalog.js';
import type { BlockOperation } from './rows.js';

/** Number of cells that are read in one step. */
const CELLS_PER_STEP = 256;

interface Cell {
  readonly period: number;
  calls: number;
  errors: number;
  readonly latency: LatencyHistogram;
}

/** Sums the periods of blocks into those of a query. */
export class RedTally {
  private readonly series = new Map<string, { operation: BlockOperation; cells: Map<number, Cell> }>();
  private readonly first: number;
  private readonly last: number;
  /** Number of block periods in one period of the query. */
  private readonly width: number;

  constructor({ range, periodNano }: RedQuery) {
    this.first = Number(range.startUnixNano / BigInt(PERIOD_NANOS));
    this.last = Number(range.endUnixNano / BigInt(PERIOD_NANOS)) - 1;
    this.width = Number(periodNano / BigInt(PERIOD_NANOS));
  }

  addAll(operation: BlockOperation, periods: CallPeriods): void {
    const cells = this.cellsOf(operation);
    periods.takeWithin(this.first, this.last, this.width, (cell) => this.addTo(cells, cell));
  }

  add(operation: BlockOperation, cell: PeriodCell): void {
    if (cell.period < this.first || cell.period > this.last) return;
    this.addTo(this.cellsOf(operation), cell);
  }

  private cellsOf(operation: BlockOperation): Map<number, Cell> {
    const { service, name, kind } = operation;
    const key = `${kind} ${service.length} ${service}${name}`;
    let series = this.series.get(key);
    if (!series) this.series.set(key, (series = { operation, cells: new Map() }));
    return series.cells;
  }

  private addTo(cells: Map<number, Cell>, { period, calls, errors, latency }: PeriodCell): void {
    const start = period - (period % this.width);
    let cell = cells.get(start);
    if (!cell) {
      cell = { period: start, calls: 0, errors: 0, latency: new LatencyHistogram() };
      cells.set(start, cell);
    }
    cell.calls += calls;
    cell.errors += errors;
    cell.latency.addAll(latency);
  }

  /** Returns the cells by service, operation, kind and period. */
  *cells(): Steps<RedCell[]> {
    const series = yield* sortInSteps([...this.series.values()], ({ operation: a }, { operation: b }) =>
      a.service < b.service ? -1 : a.service > b.service ? 1 : compareOperations(a, b),
    );
    const found: RedCell[] = [];
    for (const { operation, cells } of series) {
      const { service, name, kind } = operation;
      for (const { period, calls, errors, latency } of [...cells.values()].sort(
        (a, b) => a.period - b.period,
      )) {
        found.push({
          service,
          operation: name,
          kind,
          periodStartUnixNano: BigInt(period) * BigInt(PERIOD_NANOS),
          calls,
          errors,
          latencies: latency.latencies(),
        });
        if (found.length % CELLS_PER_STEP === 0) yield;
      }
    }
    return found;
  }
}
