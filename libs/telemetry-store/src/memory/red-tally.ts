import { StatusCode, type Span, type UnixNano } from '@lantern/telemetry-model';
import type { RedCell, RedQuery } from '../trace-store.js';
import { LatencyTally } from './latency-tally.js';

interface Cell extends Omit<RedCell, 'latencies'> {
  calls: number;
  errors: number;
  readonly tally: LatencyTally;
}

/** Counts spans into the cells of a query. */
export class RedTally {
  private readonly cellByKey = new Map<string, Cell>();

  constructor(private readonly query: RedQuery) {}

  add(service: string, span: Span): void {
    const { range, periodNano, kinds } = this.query;
    const { name: operation, kind, startUnixNano } = span;
    if (startUnixNano < range.startUnixNano || startUnixNano >= range.endUnixNano) return;
    if (!kinds.includes(kind)) return;
    const cell = this.cellOf(service, operation, kind, startUnixNano - (startUnixNano % periodNano));
    cell.calls++;
    if (span.status.code === StatusCode.error) cell.errors++;
    cell.tally.add(span);
  }

  cells(): RedCell[] {
    return [...this.cellByKey.values()]
      .sort(
        (a, b) =>
          compare(a.service, b.service) ||
          compare(a.operation, b.operation) ||
          a.kind - b.kind ||
          compare(a.periodStartUnixNano, b.periodStartUnixNano),
      )
      .map(({ tally, ...cell }) => ({ ...cell, latencies: tally.counts() }));
  }

  private cellOf(
    service: string,
    operation: string,
    kind: Span['kind'],
    periodStartUnixNano: UnixNano,
  ): Cell {
    const key = JSON.stringify([service, operation, kind, String(periodStartUnixNano)]);
    let cell = this.cellByKey.get(key);
    if (cell === undefined) {
      const tally = new LatencyTally();
      cell = { service, operation, kind, periodStartUnixNano, calls: 0, errors: 0, tally };
      this.cellByKey.set(key, cell);
    }
    return cell;
  }
}

const compare = <T extends string | bigint>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
